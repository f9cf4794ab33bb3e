/** The notebook: its JSON API, its export, its page. */

import type { AppLocals } from "../../env.ts";
import type { HeadContext } from "../../http/index.ts";
import { requireAuth } from "../../identity/guards/require-auth.ts";
import { requireCsrf } from "../../identity/guards/require-csrf.ts";
import { requireCsrfToken } from "../../identity/guards/require-csrf-token.ts";
import { requireOwnership } from "../../identity/guards/require-ownership.ts";
import { requirePermission } from "../../identity/guards/require-permission.ts";
import { limitApi } from "../../identity/limits.ts";
import { loadSession, saveSession } from "../../identity/page-session.ts";
import { signedIn, signedInPage } from "../../identity/scope.ts";
import type { SignedIn } from "../../identity/user.ts";
import { visitorOf } from "../../identity/visitor.ts";
import { idempotency } from "../../limits/idempotency.ts";
import { NOT_STORED, REVALIDATED } from "../../web/cache-control.ts";
import { acceptedVersions, etagOf, isUnchanged } from "../../web/etag.ts";
import { requireJson } from "../../web/guards/require-content-type.ts";
import { requireForm } from "../../web/guards/require-form.ts";
import { htmlResponse } from "../../web/html.ts";
import { offerPage } from "../../web/navigation.ts";
import { type Page, toPage } from "../../web/paging.ts";
import { invalidInput, type ProblemLocals, problem } from "../../web/problem.ts";
import { refuse } from "../../web/refuse.ts";
import { group, READ } from "../../web/scope.ts";
import { seeOther } from "../../web/see-other.ts";
import { stream } from "../../web/stream.ts";
import { toCsv } from "./csv.ts";
import { notebookPage } from "./pages.ts";
import { type Note, type NotesQuery, noteForm, noteInput, notePatch, notesQuery, type StoredNote } from "./schema.ts";
import { createNote, deleteNote, eachNote, getNote, listNotes, updateNote, type Written } from "./store.ts";

offerPage({ label: "Notes", path: "/notes", for: "user" });

const { route } = signedIn;
const { route: page } = signedInPage;

/** Room for the longest body, its characters escaped. */
const MAX_NOTE_BYTES = 256 * 1024;

const requireNoteForm = requireForm(MAX_NOTE_BYTES, noteForm);

/** Supplies `note`. */
const requireOwnNote = requireOwnership(async ({ raw, locals }: HeadContext<AppLocals & SignedIn>) => {
  const note = await getNote(locals.env.DB, raw.params.id ?? "");
  return note && { ownerId: note.ownerId, locals: { note } };
});

const api = group({
  guards: [limitApi, requireAuth, requireCsrf],
  handlers: [
    route.on(READ, "/api/notes", {
      guards: [requirePermission("notes:read")],
      request: { query: notesQuery },
      resolve: async ({ input, locals }) => {
        if (!input.ok) return invalidInput(locals, input);
        const page = await pageOfNotes(locals, input.query);
        return Response.json({ ...page, items: page.items.map(toNote) }, { headers: REVALIDATED });
      },
    }),

    route.post("/api/notes", {
      guards: [requirePermission("notes:write"), requireJson, idempotency.guard],
      request: { body: noteInput },
      maxBodyBytes: MAX_NOTE_BYTES,
      resolve: async ({ input, locals }) => {
        if (!input.ok) return invalidInput(locals, input);
        const { env, user } = locals;
        const note = await createNote(env.DB, { ...input.body, ownerId: user.id, id: locals.idempotency?.madeId });
        return noteResponse(note, { status: 201, headers: { Location: `/api/notes/${note.id}` } });
      },
      onResponse: idempotency.onResponse,
      onError: idempotency.onError,
    }),

    route.on(READ, "/api/notes/export.csv", {
      resolve: ({ locals }) =>
        stream(() => toCsv(eachNote(locals.env.DB, locals.user.id)), {
          headers: {
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": 'attachment; filename="notes.csv"',
            ...NOT_STORED,
          },
        }),
    }),

    route.on(READ, "/api/notes/:id", {
      guards: [requirePermission("notes:read"), requireOwnNote],
      resolve: ({ request, locals }) => {
        const etag = etagOf(locals.note);
        if (isUnchanged(request, etag))
          return new Response(null, { status: 304, headers: { ...REVALIDATED, ETag: etag } });
        return noteResponse(locals.note);
      },
    }),

    route.patch("/api/notes/:id", {
      guards: [requirePermission("notes:write"), requireOwnNote, requireJson],
      request: { body: notePatch },
      maxBodyBytes: MAX_NOTE_BYTES,
      resolve: async ({ request, params, input, locals }) => {
        if (!input.ok) return invalidInput(locals, input);
        const written = await updateNote(locals.env.DB, params.id, input.body, acceptedVersions(request));
        return typeof written === "string" ? notWritten(locals, written) : noteResponse(written);
      },
    }),

    route.delete("/api/notes/:id", {
      guards: [requirePermission("notes:write"), requireOwnNote],
      resolve: async ({ request, params, locals }) => {
        const written = await deleteNote(locals.env.DB, params.id, acceptedVersions(request));
        return typeof written === "string" ? notWritten(locals, written) : new Response(null, { status: 204 });
      },
    }),
  ],
});

const pages = group({
  guards: [loadSession, requireAuth],
  onResponse: saveSession,
  handlers: [
    page.on(READ, "/notes", {
      request: { query: notesQuery },
      resolve: async (c) => {
        const { input, locals } = c;
        if (!input.ok) return refuse(c, 400, input.issues.map(({ message }) => message).join(". "));
        return htmlResponse(notebookPage(await visitorOf(c), await pageOfNotes(locals, input.query), input.query.q));
      },
    }),

    page.post("/notes", {
      guards: [requireCsrf, requireNoteForm, requireCsrfToken],
      resolve: async (c) => {
        const { locals } = c;
        const { env, user, form, parsed } = locals;
        if (parsed.success) {
          await createNote(env.DB, { ...parsed.data, ownerId: user.id });
          return seeOther("/notes");
        }
        const { title = "", body = "" } = form;
        const errors = parsed.error.issues.map(({ message }) => message);
        const notes = await pageOfNotes(locals, notesQuery.parse({}));
        return htmlResponse(notebookPage(await visitorOf(c), notes, "", { title, body, errors }), 400);
      },
    }),
  ],
});

export const notes = [...api, ...pages];

async function pageOfNotes({ env, user }: AppLocals & SignedIn, query: NotesQuery): Promise<Page<StoredNote>> {
  return toPage(await listNotes(env.DB, user.id, query), query.limit);
}

function toNote({ ownerId, version, ...note }: StoredNote): Note {
  return note;
}

function noteResponse(
  note: StoredNote,
  init: { status?: number; headers?: Readonly<Record<string, string>> } = {},
): Response {
  return Response.json(toNote(note), { ...init, headers: { ...REVALIDATED, ETag: etagOf(note), ...init.headers } });
}

function notWritten(locals: ProblemLocals, why: Exclude<Written, StoredNote>): Response {
  if (why === "missing") return problem(locals, 404, "The note has just been deleted.");
  return problem(locals, 412, "The note has been changed since you read it. Read it again before you write.");
}
