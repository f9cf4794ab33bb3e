/** Messages about the result of an action: toasts with scripts, boxes above the content without. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { csrfField } from "../csrf-field.ts";

export interface Message {
  readonly kind: "done" | "failed";
  readonly text: string;
  /** The draft whose text has been saved, such as `invoices/new`: the browser forgets it. */
  readonly savedDraft?: string;
  /** The draft of an edit whose subject has been deleted: the browser forgets it unless the subject is restored. */
  readonly deletedDraft?: string;
  /** The draft of an edit whose subject has been restored. */
  readonly restoredDraft?: string;
  /** A button that posts to this path. */
  readonly action?: MessageAction;
}

export interface MessageAction {
  readonly label: string;
  readonly path: string;
  /** Whether HTMX posts the form, and the response replaces the message. The button then takes the focus. */
  readonly isInPlace?: boolean;
}

/** @param csrf The token of the session, for the action's form. */
export function messageBox(message: Message, csrf: string): SafeHtml {
  const { kind, text, action } = message;
  return html`<div class="message ${kind}" role="${kind === "done" ? "status" : "alert"}"${draftsOf(message)}><p>${text}</p>${
    action ? actionForm(action, csrf) : ""
  }</div>`;
}

function draftsOf({ savedDraft, deletedDraft, restoredDraft }: Message): SafeHtml {
  return html`${savedDraft && html` data-saved-draft="${savedDraft}"`}${deletedDraft && html` data-deleted-draft="${deletedDraft}"`}${restoredDraft && html` data-restored-draft="${restoredDraft}"`}`;
}

function actionForm({ label, path, isInPlace }: MessageAction, csrf: string): SafeHtml {
  const attributes = isInPlace ? html` hx-post="${path}" hx-target="closest .message" hx-swap="outerHTML"` : "";
  return html`<form method="post" action="${path}"${attributes}>${csrfField(csrf)}<button${isInPlace ? html` autofocus` : ""}>${label}</button></form>`;
}

/** A toast in a response to HTMX. */
export function toast(message: Message, csrf: string): SafeHtml {
  return html`<div hx-swap-oob="beforeend:#messages">${messageBox(message, csrf)}</div>`;
}
