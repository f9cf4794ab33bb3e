/** The pages of notes, and the partials that HTMX requests. */
import { requireAuth } from "../../identity/guards/require-auth.ts";
import { requireCsrf } from "../../identity/guards/require-csrf.ts";
import { requireCsrfToken } from "../../identity/guards/require-csrf-token.ts";
import { commonLimits } from "../../identity/limits.ts";
import { loadPageContext } from "../../identity/page-context.ts";
import { signedInPage } from "../../identity/scope.ts";
import { loadSession } from "../../identity/sessions/page-session.ts";
import { quotaExceeded } from "../../limits/quotas.ts";
import { group } from "../../web/app/scope.ts";
import { requireButton, requireForm } from "../../web/guards/require-form.ts";
import { errorsOf, type FormErrors } from "../../web/pages/form-fields.ts";
import { htmlResponse } from "../../web/pages/html.ts";
import { hxReplaceUrl, isHtmx, partOrPage, partOrRedirect } from "../../web/pages/htmx.ts";
import type { Message } from "../../web/pages/message.ts";
import type { Database } from "../../web/platform/request-database.ts";
import { pathId } from "../../web/request/uuid.ts";
import { refuse } from "../../web/respond/refuse.ts";
import { requireOwnNote, requireOwnNoteOrDeleted } from "./guards.ts";
import { editPage, notebookPage, notePage } from "./pages.ts";
import {
  addedNote,
  composer,
  deletedItem,
  editorItem,
  type NoteEdit,
  type NoteListing,
  noteItem,
  noteListing,
  searchPath,
} from "./partials.ts";
import { NOTES_QUOTA } from "./quotas.ts";
import { MAX_NOTE_BYTES, noteChange, noteForm, notesQuery } from "./schema.ts";
import { createNote, deleteNote, getNote, listNotes, updateNote } from "./store.ts";
import { restoreNote } from "./trash-store.ts";

const { route } = signedInPage;

const requireNoteForm = requireForm(MAX_NOTE_BYTES, noteForm);
const requireChangeForm = requireForm(MAX_NOTE_BYTES, noteChange);

const NOTE_DELETED = "This note has just been deleted.";

export const pages = group({
  guards: [...commonLimits, loadSession, requireAuth],
  handlers: [
    route.get("/notes", {
      request: { query: notesQuery },
      resolve: async (c) => {
        const { input, locals, request } = c;
        if (!input.ok) return refuse(c, 400, input.issues.map(({ message }) => message).join(". "));
        const { q, cursor } = input.query;
        const listing = { q, cursor, notes: await listNotes(locals.db, locals.user.id, input.query) };
        return partOrPage(request, {
          part: () => noteListing(listing, locals.session.csrf),
          page: async () => notebookPage(await loadPageContext(c), listing),
          headers: cursor === undefined ? hxReplaceUrl(searchPath(q)) : {},
        });
      },
    }),

    route.post("/notes", {
      guards: [requireCsrf, requireNoteForm, requireCsrfToken],
      resolve: async (c) => {
        const { db, user, form, parsed, session } = c.locals;
        const again = (status: number, errors: FormErrors) => {
          const refused = { title: form.title, body: form.body, errors };
          return partOrPage(c.request, {
            status,
            part: () => composer(session.csrf, refused),
            page: async () => notebookPage(await loadPageContext(c), await newestNotes(db, user.id), refused),
          });
        };
        if (!parsed.success) return again(400, errorsOf(parsed.error));
        const note = await createNote(db, { ...parsed.data, ownerId: user.id });
        if (note === "quota") return again(422, { form: NOTES_QUOTA.refusal });
        return partOrRedirect(c.request, "/notes", () => addedNote(note, session.csrf));
      },
    }),

    route.get("/notes/:id", {
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
        const { db, note, form, parsed, session } = c.locals;
        const again = (status: number, edit: NoteEdit) =>
          partOrPage(c.request, {
            status,
            part: () => editorItem(edit, session.csrf),
            page: async () => editPage(await loadPageContext(c), edit),
          });
        const { title = "", body = "", version = "" } = form;
        if (!parsed.success) return again(400, { id: note.id, title, body, version, errors: errorsOf(parsed.error) });
        const written = await updateNote(db, note.id, parsed.data, [parsed.data.version]);
        if (typeof written !== "string")
          return partOrRedirect(c.request, `/notes/${note.id}`, () => noteItem(written, session.csrf, true));
        const theirs = written === "changed" && (await getNote(db, note.id));
        if (!theirs) return refuse(c, 404, NOTE_DELETED);
        return again(412, { id: note.id, title, body, version: theirs.version, theirs });
      },
    }),

    route.post("/notes/:id/delete", {
      guards: [requireCsrf, requireOwnNote, requireButton, requireCsrfToken],
      resolve: async (c) => {
        const { db, note, session } = c.locals;
        if (typeof (await deleteNote(db, note.id)) === "string") return refuse(c, 404, NOTE_DELETED);
        if (!isHtmx(c.request)) session.flash("done", `“${note.title}” was deleted.`, undoDeletion(note.id));
        return partOrRedirect(c.request, "/notes", () => deletedItem(note, session.csrf));
      },
    }),

    route.post("/notes/:id/restore", {
      guards: [requireCsrf, requireOwnNoteOrDeleted, requireButton, requireCsrfToken],
      resolve: async (c) => {
        const { db, user, session } = c.locals;
        const note = await restoreNote(db, pathId(c));
        if (note === "missing") return refuse(c, 404, NOTE_DELETED);
        if (note === "quota") {
          if (isHtmx(c.request)) return quotaExceeded(c, NOTES_QUOTA);
          const message = { kind: "failed", text: NOTES_QUOTA.refusal, action: undoDeletion(pathId(c)) } as const;
          const context = await loadPageContext(c);
          const failed = { ...context, flashes: [...context.flashes, message] };
          return htmlResponse(notebookPage(failed, await newestNotes(db, user.id)), 422);
        }
        if (!isHtmx(c.request)) session.flash("done", `“${note.title}” was restored.`);
        return partOrRedirect(c.request, "/notes", () => noteItem(note, session.csrf, true));
      },
    }),
  ],
});

async function newestNotes(db: Database, userId: string): Promise<NoteListing> {
  return { q: "", cursor: undefined, notes: await listNotes(db, userId, notesQuery.parse({})) };
}

function undoDeletion(id: string): NonNullable<Message["action"]> {
  return { label: "Undo", path: `/notes/${id}/restore` };
}
