/** The notebook's pages, and the parts of them that HTMX asks for. */
import { requireAuth } from "../../identity/guards/require-auth.ts";
import { requireCsrf } from "../../identity/guards/require-csrf.ts";
import { requireCsrfToken } from "../../identity/guards/require-csrf-token.ts";
import { commonLimits } from "../../identity/limits.ts";
import { loadPageContext } from "../../identity/page-context.ts";
import { signedInPage } from "../../identity/scope.ts";
import { loadSession, saveSession } from "../../identity/sessions/page-session.ts";
import { quotaExceeded, quotaMessage } from "../../limits/quotas.ts";
import { group, READ } from "../../web/app/scope.ts";
import { requireButton, requireForm } from "../../web/guards/require-form.ts";
import { errorsOf, type FormErrors } from "../../web/pages/form-fields.ts";
import { htmlResponse } from "../../web/pages/html.ts";
import { hxReplaceUrl, isHtmx, partOrPage, partOrRedirect } from "../../web/pages/htmx.ts";
import type { Message } from "../../web/pages/message.ts";
import { refuse } from "../../web/respond/refuse.ts";
import { requireOnceOwnNote, requireOwnNote } from "./guards.ts";
import { type Draft, editPage, type Found, foundNotes, notebookPage, notePage, pathOfSearch } from "./pages.ts";
import { addedNote, composer, deletedItem, editorItem, noteItem } from "./partials.ts";
import { MAX_NOTE_BYTES, noteChange, noteForm, notesQuery } from "./schema.ts";
import { createNote, deleteNote, getNote, listNotes, updateNote } from "./store.ts";
import { restoreNote } from "./trash.ts";

const { route } = signedInPage;

const requireNoteForm = requireForm(MAX_NOTE_BYTES, noteForm);
const requireChangeForm = requireForm(MAX_NOTE_BYTES, noteChange);

const GONE = "This note has just been deleted.";

export const pages = group({
  guards: [...commonLimits, loadSession, requireAuth],
  onResponse: saveSession,
  handlers: [
    route.on(READ, "/notes", {
      request: { query: notesQuery },
      resolve: async (c) => {
        const { input, locals, request } = c;
        if (!input.ok) return refuse(c, 400, input.issues.map(({ message }) => message).join(". "));
        const { q, cursor } = input.query;
        const found = { q, cursor, notes: await listNotes(locals.env.DB, locals.user.id, input.query) };
        return partOrPage(request, {
          part: () => foundNotes(found, locals.session.csrf),
          page: async () => notebookPage(await loadPageContext(c), found),
          headers: cursor === undefined ? hxReplaceUrl(pathOfSearch(q)) : {},
        });
      },
    }),

    route.post("/notes", {
      guards: [requireCsrf, requireNoteForm, requireCsrfToken],
      resolve: async (c) => {
        const { env, user, form, parsed, session } = c.locals;
        const again = (status: number, errors: FormErrors) => {
          const typed = { title: form.title, body: form.body, errors };
          return partOrPage(c.request, {
            status,
            part: () => composer(session.csrf, typed),
            page: async () => notebookPage(await loadPageContext(c), await newestNotes(env.DB, user.id), typed),
          });
        };
        if (!parsed.success) return again(400, errorsOf(parsed.error));
        const note = await createNote(env.DB, { ...parsed.data, ownerId: user.id });
        if (note === "quota") return again(422, { form: quotaMessage("notes") });
        return partOrRedirect(c.request, "/notes", () => addedNote(note, session.csrf));
      },
    }),

    route.on(READ, "/notes/:id", {
      guards: [requireOwnNote],
      resolve: (c) => {
        const { note, session } = c.locals;
        const isEdited = c.raw.query.edit !== undefined;
        return partOrPage(c.request, {
          part: () => (isEdited ? editorItem(note, session.csrf) : noteItem(note, session.csrf, true)),
          page: async () => (isEdited ? editPage : notePage)(await loadPageContext(c), note),
        });
      },
    }),

    route.post("/notes/:id", {
      guards: [requireCsrf, requireOwnNote, requireChangeForm, requireCsrfToken],
      resolve: async (c) => {
        const { env, note, form, parsed, session } = c.locals;
        const again = (status: number, draft: Draft) =>
          partOrPage(c.request, {
            status,
            part: () => editorItem(draft, session.csrf),
            page: async () => editPage(await loadPageContext(c), draft),
          });
        const { title = "", body = "", version = "" } = form;
        if (!parsed.success) return again(400, { id: note.id, title, body, version, errors: errorsOf(parsed.error) });
        const written = await updateNote(env.DB, note.id, parsed.data, [parsed.data.version]);
        if (typeof written !== "string")
          return partOrRedirect(c.request, `/notes/${note.id}`, () => noteItem(written, session.csrf, true));
        const theirs = written === "changed" && (await getNote(env.DB, note.id));
        if (!theirs) return refuse(c, 404, GONE);
        return again(412, { id: note.id, title, body, version: theirs.version, theirs });
      },
    }),

    route.post("/notes/:id/delete", {
      guards: [requireCsrf, requireOwnNote, requireButton, requireCsrfToken],
      resolve: async (c) => {
        const { env, note, session } = c.locals;
        if (typeof (await deleteNote(env.DB, note.id)) === "string") return refuse(c, 404, GONE);
        if (!isHtmx(c.request)) session.flash("done", `“${note.title}” is deleted.`, undoDeletion(note.id));
        return partOrRedirect(c.request, "/notes", () => deletedItem(note, session.csrf));
      },
    }),

    route.post("/notes/:id/restore", {
      guards: [requireCsrf, requireOnceOwnNote, requireButton, requireCsrfToken],
      resolve: async (c) => {
        const { env, user, session } = c.locals;
        const note = await restoreNote(env.DB, c.params.id);
        if (note === "missing") return refuse(c, 404, GONE);
        if (note === "quota") {
          if (isHtmx(c.request)) return quotaExceeded(c, "notes");
          const message = { kind: "failed", text: quotaMessage("notes"), action: undoDeletion(c.params.id) } as const;
          const context = await loadPageContext(c);
          const shown = { ...context, flashes: [...context.flashes, message] };
          return htmlResponse(notebookPage(shown, await newestNotes(env.DB, user.id)), 422);
        }
        if (!isHtmx(c.request)) session.flash("done", `“${note.title}” is back.`);
        return partOrRedirect(c.request, "/notes", () => noteItem(note, session.csrf, true));
      },
    }),
  ],
});

async function newestNotes(db: D1Database, userId: string): Promise<Found> {
  return { q: "", cursor: undefined, notes: await listNotes(db, userId, notesQuery.parse({})) };
}

function undoDeletion(id: string): NonNullable<Message["action"]> {
  return { label: "Undo", path: `/notes/${id}/restore` };
}
