/** The notebook: its JSON API, its export, its page. */

import { errorPage } from "../../web/error-page.ts";
import { acceptedVersions, etagOf, isUnchanged } from "../../web/etag.ts";
import { readForm } from "../../web/form.ts";
import { requireContentType } from "../../web/guards/require-content-type.ts";
import { htmlResponse } from "../../web/html.ts";
import { toPage } from "../../web/paging.ts";
import { invalidInput, type ProblemLocals, problem } from "../../web/problem.ts";
import { READ, route } from "../../web/scope.ts";
import { pullText } from "../../web/stream.ts";
import { toCsv } from "./csv.ts";
import { notebookPage } from "./pages.ts";
import { type Note, noteInput, notePatch, notesQuery, type StoredNote } from "./schema.ts";
import { createNote, deleteNote, eachNote, getNote, listNotes, updateNote, type Written } from "./store.ts";

const requireJson = requireContentType(["application/json"]);
const requireForm = requireContentType(["application/x-www-form-urlencoded"]);

/** Room for the longest body, its characters escaped. */
const MAX_NOTE_BYTES = 256 * 1024;

export const notes = [
  route.on(READ, "/api/notes", {
    request: { query: notesQuery },
    resolve: async ({ input, locals }) => {
      if (!input.ok) return invalidInput(locals, input);
      const page = toPage(await listNotes(locals.env.DB, input.query), input.query.limit);
      return Response.json({ ...page, items: page.items.map(toNote) }, { headers: REVALIDATE });
    },
  }),

  route.post("/api/notes", {
    guards: [requireJson],
    request: { body: noteInput },
    maxBodyBytes: MAX_NOTE_BYTES,
    resolve: async ({ input, locals }) => {
      if (!input.ok) return invalidInput(locals, input);
      const note = await createNote(locals.env.DB, input.body);
      return noteResponse(note, { status: 201, headers: { Location: `/api/notes/${note.id}` } });
    },
  }),

  route.on(READ, "/api/notes/export.csv", {
    resolve: ({ locals }) =>
      new Response(pullText(toCsv(eachNote(locals.env.DB))), {
        headers: {
          "Content-Type": "text/csv; charset=utf-8",
          "Content-Disposition": 'attachment; filename="notes.csv"',
          "Cache-Control": "no-store",
        },
      }),
  }),

  route.on(READ, "/api/notes/:id", {
    resolve: async ({ request, params, locals }) => {
      const note = await getNote(locals.env.DB, params.id);
      if (!note) return noSuchNote(locals);
      const etag = etagOf(note);
      if (isUnchanged(request, etag))
        return new Response(null, { status: 304, headers: { ...REVALIDATE, ETag: etag } });
      return noteResponse(note);
    },
  }),

  route.patch("/api/notes/:id", {
    guards: [requireJson],
    request: { body: notePatch },
    maxBodyBytes: MAX_NOTE_BYTES,
    resolve: async ({ request, params, input, locals }) => {
      if (!input.ok) return invalidInput(locals, input);
      const written = await updateNote(locals.env.DB, params.id, input.body, acceptedVersions(request));
      return typeof written === "string" ? notWritten(locals, written) : noteResponse(written);
    },
  }),

  route.delete("/api/notes/:id", {
    resolve: async ({ request, params, locals }) => {
      const written = await deleteNote(locals.env.DB, params.id, acceptedVersions(request));
      return typeof written === "string" ? notWritten(locals, written) : new Response(null, { status: 204 });
    },
  }),

  route.on(READ, "/", {
    request: { query: notesQuery },
    resolve: async ({ input, locals }) => {
      if (!input.ok)
        return errorPage(400, "That is no page of the notebook", input.issues.map(({ message }) => message).join(". "));
      const page = toPage(await listNotes(locals.env.DB, input.query), input.query.limit);
      return htmlResponse(notebookPage(page, input.query.q));
    },
  }),

  route.post("/", {
    guards: [requireForm],
    resolve: async ({ request, locals }) => {
      const form = await readForm(request, MAX_NOTE_BYTES);
      if (!form) return errorPage(413, "That note is too long", "A note has room for 20,000 characters.");
      const { title = "", body = "" } = form;
      const parsed = noteInput.safeParse({ title, body });
      if (parsed.success) {
        await createNote(locals.env.DB, parsed.data);
        return new Response(null, { status: 303, headers: { Location: "/" } });
      }
      const query = notesQuery.parse({});
      const page = toPage(await listNotes(locals.env.DB, query), query.limit);
      const errors = parsed.error.issues.map(({ message }) => message);
      return htmlResponse(notebookPage(page, "", { title, body, errors }), 400);
    },
  }),
];

/** For whoever asked alone, and never shown again without asking whether it is still so. */
const REVALIDATE = { "Cache-Control": "private, no-cache" };

function toNote({ version, ...note }: StoredNote): Note {
  return note;
}

function noteResponse(
  note: StoredNote,
  init: { status?: number; headers?: Readonly<Record<string, string>> } = {},
): Response {
  return Response.json(toNote(note), { ...init, headers: { ...REVALIDATE, ETag: etagOf(note), ...init.headers } });
}

function noSuchNote(locals: ProblemLocals): Response {
  return problem(locals, 404, "There is no such note.");
}

function notWritten(locals: ProblemLocals, why: Exclude<Written, StoredNote>): Response {
  if (why === "missing") return noSuchNote(locals);
  return problem(locals, 412, "The note has been changed since you read it. Read it again before you write.");
}
