/** The routes of the pages that delete and restore notes. */
import { html } from "@remix-run/html-template";
import { requireCsrf } from "../../identity/guards/require-csrf.ts";
import { requireCsrfToken } from "../../identity/guards/require-csrf-token.ts";
import { loadPageContext } from "../../identity/page-context.ts";
import { signedInPage } from "../../identity/scope.ts";
import { quotaExceeded } from "../../limits/quotas.ts";
import { requireButton } from "../../web/guards/require-form.ts";
import { htmlResponse } from "../../web/pages/html.ts";
import { hxReplaceUrl, hxReswap, isHtmx, partOrRedirect } from "../../web/pages/htmx.ts";
import { type MessageAction, messageBox, toast } from "../../web/pages/ui/message.ts";
import { pathId } from "../../web/request/uuid.ts";
import { refuse } from "../../web/respond/refuse.ts";
import { requireOwnNote, requireOwnNoteOrDeleted } from "./guards.ts";
import { pathIn, updatedList } from "./list-partials.ts";
import { isShown, loadNewestNotes, loadShownNotes, shownList } from "./listing.ts";
import { closedPart, notesPage } from "./pages.ts";
import { draftOf } from "./partials.ts";
import { NOTES_QUOTA } from "./quotas.ts";
import { deleteNote } from "./store.ts";
import { restoreNote } from "./trash-store.ts";

const { route } = signedInPage;

export const NOTE_DELETED = "This note has just been deleted.";

export const trashRoutes = [
  route.post("/notes/:id/delete", {
    guards: [requireCsrf, requireOwnNote, requireButton, requireCsrfToken],
    resolve: async (c) => {
      const { db, note, session, user } = c.locals;
      const { request } = c;
      if (typeof (await deleteNote(db, note.id)) === "string") return refuse(c, 404, NOTE_DELETED);
      const text = `“${note.title}” was deleted.`;
      const deletedDraft = draftOf(note.id);
      if (!isHtmx(request)) session.flash("done", text, { action: undoDeletion(note.id), deletedDraft });
      const path = pathIn(shownList(request));
      const isOpen = isShown(request, note.id);
      // The list and the message are swapped in out of band.
      const headers = { ...hxReswap("none"), ...(isOpen && hxReplaceUrl(path)) };
      const deleted = async () => {
        const undo = { ...undoDeletion(note.id), isInPlace: true };
        const listing = await loadShownNotes(request, db, user.id);
        return html`${isOpen ? closedPart() : ""}${updatedList(listing, session.csrf)}${toast({ kind: "done", text, action: undo, deletedDraft }, session.csrf)}`;
      };
      return partOrRedirect(request, path, deleted, headers);
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
        return htmlResponse(notesPage(failed, await loadNewestNotes(db, user.id)), 422);
      }
      const restoredDraft = draftOf(note.id);
      const message = { kind: "done", text: `“${note.title}” was restored.`, restoredDraft } as const;
      if (!isHtmx(c.request)) session.flash(message.kind, message.text, { restoredDraft });
      return partOrRedirect(c.request, "/notes", async () => {
        const listing = await loadShownNotes(c.request, db, user.id);
        return html`${messageBox(message, session.csrf)}${updatedList(listing, session.csrf, { focusedId: note.id })}`;
      });
    },
  }),
];

function undoDeletion(id: string): MessageAction {
  return { label: "Undo", path: `/notes/${id}/restore` };
}
