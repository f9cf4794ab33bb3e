/** The JSON API of notes, and their export as CSV. */
import { requireAuth } from "../../identity/guards/require-auth.ts";
import { requireCsrf } from "../../identity/guards/require-csrf.ts";
import { requirePermission } from "../../identity/guards/require-permission.ts";
import { commonLimits } from "../../identity/limits.ts";
import { requireQuota } from "../../limits/guards/require-quota.ts";
import { idempotency } from "../../limits/idempotency.ts";
import { quotaExceeded } from "../../limits/quotas.ts";
import { group, route } from "../../web/app/scope.ts";
import { NOT_STORED, REVALIDATED } from "../../web/caching/cache-control.ts";
import { acceptedVersions, etagOf, isUnchanged } from "../../web/caching/etag.ts";
import { requireJson } from "../../web/guards/require-content-type.ts";
import { invalidInput, type ProblemLocals, problem } from "../../web/respond/problem.ts";
import { stream } from "../../web/respond/stream.ts";
import { toCsv } from "./csv.ts";
import { requireOwnNote } from "./guards.ts";
import { NOTES_QUOTA } from "./quotas.ts";
import { MAX_NOTE_BYTES, type Note, noteInput, notePatch, notesQuery, type StoredNote } from "./schema.ts";
import { createNote, deleteNote, eachNote, listNotes, updateNote, type WriteResult } from "./store.ts";

const requireRead = requirePermission("notes:read");
const requireWrite = requirePermission("notes:write");

export const api = group({
  cors: true,
  guards: [...commonLimits],
  handlers: [
    route.get("/api/notes", {
      guards: [requireRead, requireCsrf],
      request: { query: notesQuery },
      resolve: async ({ input, locals }) => {
        if (!input.ok) return invalidInput(locals, input);
        const page = await listNotes(locals.env.DB, locals.user.id, input.query);
        return Response.json({ ...page, items: page.items.map(toNote) }, { headers: REVALIDATED });
      },
    }),

    route.post("/api/notes", {
      guards: [
        requireWrite,
        requireCsrf,
        requireQuota([NOTES_QUOTA], { allowRetries: true }),
        requireJson,
        idempotency.guard,
      ],
      request: { body: noteInput },
      maxBodyBytes: MAX_NOTE_BYTES,
      resolve: async (c) => {
        const { input, locals } = c;
        if (!input.ok) return invalidInput(locals, input);
        const { env, user } = locals;
        const note = await createNote(env.DB, { ...input.body, ownerId: user.id, id: locals.idempotency?.resourceId });
        if (note === "quota") return quotaExceeded(c, NOTES_QUOTA);
        return noteResponse(note, { status: 201, headers: { Location: `/api/notes/${note.id}` } });
      },
      onResponse: idempotency.onResponse,
      onError: idempotency.onError,
    }),

    route.get("/api/notes/export.csv", {
      guards: [requireAuth, requireCsrf],
      resolve: ({ locals }) =>
        stream(() => toCsv(eachNote(locals.env.DB, locals.user.id)), {
          headers: {
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": 'attachment; filename="notes.csv"',
            ...NOT_STORED,
          },
        }),
    }),

    route.get("/api/notes/:id", {
      guards: [requireRead, requireCsrf, requireOwnNote],
      resolve: ({ request, locals }) => {
        const etag = etagOf(locals.note);
        if (isUnchanged(request, etag))
          return new Response(null, { status: 304, headers: { ...REVALIDATED, ETag: etag } });
        return noteResponse(locals.note);
      },
    }),

    route.patch("/api/notes/:id", {
      guards: [requireWrite, requireCsrf, requireOwnNote, requireJson],
      request: { body: notePatch },
      maxBodyBytes: MAX_NOTE_BYTES,
      resolve: async ({ request, params, input, locals }) => {
        if (!input.ok) return invalidInput(locals, input);
        const written = await updateNote(locals.env.DB, params.id, input.body, acceptedVersions(request));
        return typeof written === "string" ? notWritten(locals, written) : noteResponse(written);
      },
    }),

    route.delete("/api/notes/:id", {
      guards: [requireWrite, requireCsrf, requireOwnNote],
      resolve: async ({ request, params, locals }) => {
        const written = await deleteNote(locals.env.DB, params.id, acceptedVersions(request));
        return typeof written === "string" ? notWritten(locals, written) : new Response(null, { status: 204 });
      },
    }),
  ],
});

function toNote({ ownerId, version, ...note }: StoredNote): Note {
  return note;
}

function noteResponse(
  note: StoredNote,
  init: { status?: number; headers?: Readonly<Record<string, string>> } = {},
): Response {
  return Response.json(toNote(note), { ...init, headers: { ...REVALIDATED, ETag: etagOf(note), ...init.headers } });
}

function notWritten(locals: ProblemLocals, why: Exclude<WriteResult, StoredNote>): Response {
  if (why === "missing") return problem(locals, 404, "The note has just been deleted.");
  return problem(locals, 412, "The note has changed since you read it. Read it again, then retry.");
}
