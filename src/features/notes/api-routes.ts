/** The JSON API of notes, and their export as CSV. */
import { requireAuth } from "../../identity/guards/require-auth.ts";
import { requireCsrf } from "../../identity/guards/require-csrf.ts";
import { requireCurrentSession } from "../../identity/guards/require-current-session.ts";
import { requirePermission } from "../../identity/guards/require-permission.ts";
import { commonLimits } from "../../identity/limits.ts";
import { requireQuota } from "../../limits/guards/require-quota.ts";
import { idempotency } from "../../limits/idempotency.ts";
import { quotaExceeded } from "../../limits/quotas.ts";
import { group, route } from "../../web/app/scope.ts";
import { NOT_STORED, REVALIDATED } from "../../web/caching/cache-control.ts";
import { acceptedVersions, etagOf, isUnchanged } from "../../web/caching/etag.ts";
import { describeBody, noBody, problemBody } from "../../web/contract/bodies.ts";
import { ETAG, IF_MATCH, IF_NONE_MATCH } from "../../web/contract/route-properties.ts";
import { requireJson } from "../../web/guards/require-content-type.ts";
import { mapPage } from "../../web/request/paging.ts";
import { invalidInput, type ProblemLocals, problem } from "../../web/respond/problem.ts";
import { stream } from "../../web/respond/stream.ts";
import { toCsv } from "./csv.ts";
import { requireOwnNote } from "./guards.ts";
import { eachNote, listNotes } from "./list-store.ts";
import { NOTES_QUOTA } from "./quotas.ts";
import {
  csvBody,
  MAX_NOTE_BYTES,
  type Note,
  noteBody,
  noteInput,
  notePatch,
  notesBody,
  notesQuery,
  type StoredNote,
} from "./schema.ts";
import { createNote, deleteNote, updateNote, type WriteResult } from "./store.ts";

const CREATED_AND_DELETED =
  "An earlier request with this Idempotency-Key created the note, which has been deleted since.";

const requireRead = requirePermission("notes:read");
const requireWrite = requirePermission("notes:write");

const versioned = describeBody(noteBody, { headers: ETAG });
const deleted = describeBody(problemBody, { description: "The note has just been deleted." });
const changed = describeBody(problemBody, { description: "The version of the note does not match If-Match." });

export const api = group({
  cors: true,
  guards: [...commonLimits],
  handlers: [
    route.get("/api/notes", {
      summary: "List or search notes, newest first",
      guards: [requireRead, requireCsrf],
      request: { query: notesQuery },
      responses: { 200: notesBody },
      resolve: async ({ input, locals }) => {
        if (!input.ok) return invalidInput(locals, input);
        const page = await listNotes(locals.db, locals.user.id, input.query);
        return Response.json(mapPage(page, toNote));
      },
    }),

    route.post("/api/notes", {
      summary: "Create a note",
      guards: [
        requireWrite,
        requireCsrf,
        requireQuota([NOTES_QUOTA], { allowRetries: true }),
        requireJson,
        idempotency.guard,
      ],
      request: { body: noteInput },
      responses: {
        201: describeBody(noteBody, {
          headers: { ...ETAG, Location: "The path of the note." },
          optionalHeaders: { "Idempotency-Replayed": "`true` if this is the recorded response of an earlier request." },
        }),
        409: describeBody(problemBody, {
          description: "The first request with this Idempotency-Key created a note, which has been deleted since.",
        }),
        422: describeBody(problemBody, { description: "The quota of notes is used up." }),
      },
      maxBodyBytes: MAX_NOTE_BYTES,
      resolve: async (c) => {
        const { input, locals } = c;
        if (!input.ok) return invalidInput(locals, input);
        const { db, user } = locals;
        const note = await createNote(db, { ...input.body, ownerId: user.id, id: locals.idempotency?.resourceId });
        if (note === "quota") return quotaExceeded(c, NOTES_QUOTA);
        if (note === "deleted") return problem(locals, 409, CREATED_AND_DELETED);
        return noteResponse(note, { status: 201, headers: { Location: `/api/notes/${note.id}` } });
      },
      onResponse: idempotency.onResponse,
      onError: idempotency.onError,
    }),

    route.get("/api/notes/export.csv", {
      summary: "Export all notes as CSV",
      guards: [requireAuth, requireCurrentSession, requireCsrf],
      responses: { 200: csvBody },
      resolve: ({ locals }) =>
        stream(() => toCsv(eachNote(locals.db, locals.user.id)), {
          headers: {
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": 'attachment; filename="notes.csv"',
            ...NOT_STORED,
          },
        }),
    }),

    route.get("/api/notes/:id", {
      summary: "Read a note",
      guards: [requireRead, requireCsrf, requireOwnNote],
      requestHeaders: IF_NONE_MATCH,
      responses: { 200: versioned, 304: describeBody(noBody, { headers: ETAG }) },
      resolve: ({ request, locals }) => {
        const etag = etagOf(locals.note);
        if (isUnchanged(request, etag))
          return new Response(null, { status: 304, headers: { ...REVALIDATED, ETag: etag } });
        return noteResponse(locals.note);
      },
    }),

    route.patch("/api/notes/:id", {
      summary: "Change a note",
      guards: [requireWrite, requireCsrf, requireOwnNote, requireJson],
      request: { body: notePatch },
      requestHeaders: IF_MATCH,
      responses: { 200: versioned, 404: deleted, 412: changed },
      maxBodyBytes: MAX_NOTE_BYTES,
      resolve: async ({ request, input, locals }) => {
        if (!input.ok) return invalidInput(locals, input);
        const written = await updateNote(locals.db, locals.note.id, input.body, acceptedVersions(request));
        return typeof written === "string" ? notWritten(locals, written) : noteResponse(written);
      },
    }),

    route.delete("/api/notes/:id", {
      summary: "Delete a note",
      guards: [requireWrite, requireCsrf, requireOwnNote],
      requestHeaders: IF_MATCH,
      responses: { 204: noBody, 404: deleted, 412: changed },
      resolve: async ({ request, locals }) => {
        const written = await deleteNote(locals.db, locals.note.id, acceptedVersions(request));
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
