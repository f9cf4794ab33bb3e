/**
 * Keeps the text of forms with `data-draft` in the browser until it is saved: through a lost response, an ended session,
 * a reload, a link and Back. Drafts belong to a user, and signing out deletes them. `htmx-drafts.js` adds what HTMX
 * needs.
 */
import { draftFormsIn, rememberSent, restoreDraft, saveDraft } from "./draft-form.js";
import {
  endDraft,
  markDraft,
  ownsDraft,
  readDraft,
  removeDeletedDrafts,
  removeDraft,
  removeOtherDrafts,
} from "./draft-store.js";
import { isSignedOut } from "./leave.js";

const isUser = document.body.dataset.user !== undefined;

// Without a user, the session may have expired: the same user may sign in again.
if (isUser || isSignedOut()) removeOtherDrafts();
if (isUser) {
  removeDeletedDrafts();
  followMessages(document.body);
  for (const form of draftFormsIn(document)) restoreDraft(form, true);
  offerDrafts(document);
}

document.addEventListener("input", ({ target }) => {
  if (target.form?.matches("[data-draft]")) saveDraft(target.form);
});

document.addEventListener("submit", ({ target: form }) => {
  // A pending form is not sent again.
  if (form.matches("[data-draft]:not(.pending)")) rememberSent(form);
});

// Another tab may have replaced or removed the draft since.
addEventListener("pagehide", () => {
  for (const form of draftFormsIn(document)) if (ownsDraft(form.dataset.draft)) saveDraft(form);
});

// The user has chosen the stored text.
document.addEventListener("click", ({ target }) => {
  const form = target.closest("[data-discards]")?.closest("form[data-draft]");
  if (form) removeDraft(form.dataset.draft);
});

/**
 * Removes the drafts that a message names because their text was saved, and marks those whose subject was deleted or
 * restored. Without such a message, such as on an error page, a draft stays as it is.
 *
 * @param {Element} root
 */
function followMessages(root) {
  const named = "[data-saved-draft], [data-deleted-draft], [data-restored-draft]";
  for (const { dataset } of [root, ...root.querySelectorAll(named)]) {
    if (dataset.savedDraft) endDraft(dataset.savedDraft);
    if (dataset.deletedDraft) markDraft(dataset.deletedDraft, true);
    if (dataset.restoredDraft) markDraft(dataset.restoredDraft, false);
  }
}

/** Labels links to an editor that has unsaved text, whose subject therefore exists. @param {ParentNode} root */
function offerDrafts(root) {
  for (const link of root.querySelectorAll("[data-edits]")) {
    markDraft(link.dataset.edits, false);
    if (readDraft(link.dataset.edits)) link.textContent = "Continue editing";
  }
}

document.addEventListener("htmx:load", ({ target }) => {
  followMessages(target);
  offerDrafts(target);
});
