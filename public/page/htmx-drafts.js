/** Keeps drafts while HTMX sends forms and replaces them with the response. Does nothing on pages without HTMX. */
import { draftFormsIn, renewDraft, restoreDraft, saveDraft, textOf } from "./draft-form.js";
import { endDraft, isSameText } from "./draft-store.js";

const NOT_SAVED = "Your text was not saved. It is still here: open it again to see why.";

/** The text that a form has sent. @type {WeakMap<HTMLFormElement, Record<string, string>>} */
const sent = new WeakMap();

/** The name of the draft whose form the response shows again. @type {string | undefined} */
let shownAgain;

/** The field in which the user was typing when the response replaced the form. */
let typing;

document.addEventListener("htmx:beforeRequest", ({ target }) => {
  if (target.matches("form[data-draft]")) sent.set(target, textOf(target));
});

// Text that was typed after the form was sent belongs to the next submission.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  // `detail.elt` is the target of the swap.
  const { xhr, serverResponse, requestConfig } = detail;
  const form = requestConfig.elt;
  if (!form.matches("form[data-draft]") || !detail.shouldSwap) return;
  const { draft: name } = form.dataset;
  const isSaved = xhr.status < 300;
  const text = sent.get(form);
  if (!form.isConnected) return receiveLate(isSaved, name, text, detail);
  const hasMore = !isSameText(textOf(form), text);
  if (isSaved && !hasMore) endDraft(name, text);
  else saveDraft(form, { hidden: {} });
  if (serverResponse.includes(`data-draft="${name}"`)) {
    shownAgain = name;
    if (hasMore) typing = focusedField();
  } else if (hasMore && isSaved) keepForm(form, detail);
});

/** Handles the response to a form that is no longer shown. The content that the user has opened since stays. */
function receiveLate(isSaved, name, text, detail) {
  detail.shouldSwap = false;
  detail.isHandled = true;
  if (isSaved) {
    endDraft(name, text);
    // Parts of the page that show the text request it again. The names of events in `hx-trigger` contain no slash.
    for (const event of ["draft:saved", `draft:saved:${name.replaceAll("/", ":")}`])
      document.body.dispatchEvent(new Event(event));
  }
  toast(isSaved ? "done" : "failed", isSaved ? "Your text was saved." : NOT_SAVED);
}

/** The response shows the saved text, and has no form for the rest: the form and its address stay. */
function keepForm(form, detail) {
  const { href } = location;
  detail.swapOverride = "none";
  detail.ignoreTitle = true;
  queueMicrotask(() => {
    history.replaceState(history.state, "", href);
    renewDraft(form);
  });
  toast("done", "Saved, except for what you have typed since.");
}

function focusedField() {
  const { id, selectionStart, selectionEnd } = document.activeElement;
  return { id, selection: [selectionStart, selectionEnd] };
}

function toast(kind, text) {
  document.dispatchEvent(new CustomEvent("toast", { detail: { kind, text } }));
}

// New content: the text of a form is restored, without saying so if it is the form that was just sent.
document.addEventListener("htmx:load", ({ target }) => {
  const forms = target.matches("form[data-draft]") ? [target] : draftFormsIn(target);
  for (const form of forms) {
    const isSent = form.dataset.draft === shownAgain;
    restoreDraft(form, !isSent);
    if (!isSent) continue;
    shownAgain = undefined;
    renewDraft(form);
  }
  if (!typing || forms.length === 0) return;
  const field = document.getElementById(typing.id);
  field?.focus();
  field?.setSelectionRange?.(...typing.selection);
  typing = undefined;
});
