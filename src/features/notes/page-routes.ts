/** The pages of notes, and the partials that HTMX requests. */
import { html } from "@remix-run/html-template";
import { hashOf } from "../../../public/page/text-hash.js";
import { requireAuth } from "../../identity/guards/require-auth.ts";
import { requireCsrf } from "../../identity/guards/require-csrf.ts";
import { requireCsrfToken } from "../../identity/guards/require-csrf-token.ts";
import { commonLimits } from "../../identity/limits.ts";
import { loadPageContext } from "../../identity/page-context.ts";
import { signedInPage } from "../../identity/scope.ts";
import { loadSession } from "../../identity/sessions/page-session.ts";
import { group } from "../../web/app/scope.ts";
import { requireForm } from "../../web/guards/require-form.ts";
import { errorsOf, type FormErrors } from "../../web/pages/form-fields.ts";
import { hxPushUrl, hxReplaceUrl, isHtmx, isHtmxLink, partOrPage, partOrRedirect } from "../../web/pages/htmx.ts";
import type { Database } from "../../web/platform/request-database.ts";
import { limitParameter } from "../../web/request/paging.ts";
import { firstValue } from "../../web/request/query-value.ts";
import { submittedId } from "../../web/request/submitted-id.ts";
import { refuse } from "../../web/respond/refuse.ts";
import { requireOwnNote } from "./guards.ts";
import { listPart, pathIn, searchForm, updatedList } from "./list-partials.ts";
import { isShown, loadListing, loadNewestNotes, loadShownNotes, pathWithList, shownList } from "./listing.ts";
import { notesPage, openedPart } from "./pages.ts";
import { composer, draftOf, NEW_DRAFT, type NoteEdit, newVersion, noteEditor, noteView } from "./partials.ts";
import { NOTES_QUOTA } from "./quotas.ts";
import { MAX_NOTE_BYTES, type NoteChange, newNoteForm, noteChange, notesQuery, type StoredNote } from "./schema.ts";
import { createNote, getNote, updateNote } from "./store.ts";
import { NOTE_DELETED, trashRoutes } from "./trash-routes.ts";

const { route } = signedInPage;

const requireNoteForm = requireForm(MAX_NOTE_BYTES, newNoteForm);
const requireChangeForm = requireForm(MAX_NOTE_BYTES, noteChange);

const ADDED_AND_DELETED = "This note was already added, and then deleted. Submit the form again to add it once more.";

export const pages = group({
  guards: [...commonLimits, loadSession, requireAuth],
  handlers: [
    route.get("/notes", {
      request: { query: notesQuery },
      resolve: async (c) => {
        const { input, locals, raw, request } = c;
        if (!input.ok) return refuse(c, 400, input.issues.map(({ message }) => message).join(". "));
        const cursor = firstValue(raw.query.cursor);
        const listing = await loadListing(locals.db, locals.user.id, input.query, cursor);
        const path = pathWithList(request, listing);
        return partOrPage(request, {
          part: () => listPart(listing, locals.session.csrf),
          page: async () => notesPage(await loadPageContext(c), listing),
          // Back returns to the previous page, but not to each keystroke of a search.
          headers: isHtmxLink(request) ? hxPushUrl(path) : hxReplaceUrl(path),
        });
      },
    }),

    route.post("/notes", {
      guards: [requireCsrf, requireNoteForm, requireCsrfToken],
      resolve: async (c) => {
        const { db, user, form, parsed, session } = c.locals;
        const again = (status: number, errors: FormErrors) => {
          // Submitting the text of a deleted note once more creates another note.
          const submission = status === 409 ? undefined : form.submission;
          const refused = { title: form.title, body: form.body, errors, submission };
          return partOrPage(c.request, {
            status,
            part: () => composer(session.csrf, refused),
            page: async () => notesPage(await loadPageContext(c), await loadNewestNotes(db, user.id), { refused }),
          });
        };
        if (!parsed.success) return again(400, errorsOf(parsed.error));
        const { submission, ...text } = parsed.data;
        const content = [text.title, text.body];
        const id = submittedId({ kind: "note", userId: user.id, submission, content });
        const note = await createNote(db, { ...text, ownerId: user.id, id });
        if (note === "quota") return again(422, { form: NOTES_QUOTA.refusal });
        if (note === "deleted") return again(409, { form: ADDED_AND_DELETED });
        if (!isHtmx(c.request)) session.flash("done", `“${note.title}” was added.`, { savedDraft: NEW_DRAFT });
        // The list shows the newest notes, because the current search or page may not contain the new one.
        const added = async () => {
          const listing = await loadNewestNotes(db, user.id);
          return html`${composer(session.csrf, undefined, true)}${updatedList(listing, session.csrf)}${searchForm(listing, true)}`;
        };
        return partOrRedirect(c.request, "/notes", added, hxReplaceUrl(pathWithList(c.request, FIRST_PAGE)));
      },
    }),

    route.get("/notes/:id", {
      guards: [requireOwnNote],
      request: { query: notesQuery },
      resolve: async (c) => {
        const { db, note, session, user } = c.locals;
        const { input, raw, request } = c;
        if (!input.ok) return refuse(c, 400, input.issues.map(({ message }) => message).join(". "));
        const { q } = input.query;
        const list = { q, cursor: firstValue(raw.query.cursor), limit: limitParameter(input.query) };
        const isEdited = raw.query.edit !== undefined;
        const opened = (isPart: boolean) => ({
          id: note.id,
          title: isEdited ? "Edit the note" : note.title,
          content: isEdited ? noteEditor(note, list, session.csrf) : noteView(note, list, session.csrf, isPart),
        });
        // The note and its editor share one entry in the browser's history.
        const headers = isShown(request, note.id) ? hxReplaceUrl(pathIn(list, `/notes/${note.id}`, isEdited)) : {};
        return partOrPage(request, {
          part: () => openedPart(opened(true)),
          page: async () =>
            notesPage(await loadPageContext(c), await loadListing(db, user.id, input.query, list.cursor), {
              opened: opened(false),
            }),
          headers,
        });
      },
    }),

    route.post("/notes/:id", {
      guards: [requireCsrf, requireOwnNote, requireChangeForm, requireCsrfToken],
      resolve: async (c) => {
        const { db, note, form, parsed, session, user } = c.locals;
        const list = shownList(c.request);
        const again = (status: number, edit: NoteEdit) =>
          partOrPage(c.request, {
            status,
            part: () => noteEditor(edit, list, session.csrf),
            page: async () =>
              notesPage(await loadPageContext(c), await loadShownNotes(c.request, db, user.id), {
                opened: { id: note.id, title: "Edit the note", content: noteEditor(edit, list, session.csrf) },
              }),
          });
        const { title = "", body = "", version = "", sent } = form;
        if (!parsed.success)
          return again(400, { id: note.id, title, body, version, sent, errors: errorsOf(parsed.error) });
        const written = await saveNote(db, note.id, parsed.data);
        if (written === "missing") return refuse(c, 404, NOTE_DELETED);
        if ("theirs" in written) return again(412, { id: note.id, title, body, ...written });
        const path = pathIn(list, `/notes/${note.id}`);
        if (!isHtmx(c.request)) {
          session.flash("done", `“${written.title}” was saved.`, { savedDraft: draftOf(note.id) });
        }
        const saved = async () => {
          const opened = { id: note.id, title: written.title, content: noteView(written, list, session.csrf, true) };
          const listing = await loadShownNotes(c.request, db, user.id);
          return html`${openedPart(opened)}${newVersion(written.version)}${updatedList(listing, session.csrf)}`;
        };
        return partOrRedirect(c.request, path, saved, hxReplaceUrl(path));
      },
    }),

    ...trashRoutes,
  ],
});

const FIRST_PAGE = { q: "", cursor: undefined, limit: undefined };

/**
 * Saves a note unless it has changed since that version. A change to a text that this form has sent before is not a
 * conflict: that text was saved, and only the response was lost.
 */
async function saveNote(
  db: Database,
  id: string,
  { title, body, version, sent }: NoteChange,
): Promise<StoredNote | "missing" | { readonly version: number; readonly theirs: StoredNote }> {
  const written = await updateNote(db, id, { title, body }, [version]);
  if (written !== "changed") return written;
  const stored = await getNote(db, id);
  if (!stored) return "missing";
  if (stored.title === title && stored.body === body) return stored;
  if (!sent.includes(hashOf([stored.title, stored.body]))) return { version: stored.version, theirs: stored };
  return saveNote(db, id, { title, body, version: stored.version, sent });
}
