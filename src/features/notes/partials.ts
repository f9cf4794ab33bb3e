/** A note as an entry of the list: to read, to edit in place, just added, just deleted. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { csrfField } from "../../web/pages/csrf-field.ts";
import { errorSummary, type FormErrors, type FormState, textArea, textField } from "../../web/pages/form-fields.ts";
import { timeOf } from "../../web/pages/time.ts";
import type { Note } from "./schema.ts";

/** A note that is being edited. */
export interface Draft extends Pick<Note, "id" | "title" | "body"> {
  /** The version that was read. */
  readonly version: number | string;
  readonly errors?: FormErrors;
  /** What somebody saved in the meantime. */
  readonly theirs?: Note;
}

/** A note to be made, as it was typed. */
export interface Typed {
  readonly title: string | undefined;
  readonly body: string | undefined;
  readonly errors: FormErrors;
}

/** @param isFocused Whether one goes on from here: what had the focus was swapped out. */
export function noteItem(note: Note, csrf: string, isFocused = false): SafeHtml {
  const { id, title, body } = note;
  return html`<li class="card note" id="note-${id}" hx-target="this" hx-swap="outerHTML">
<h2><a href="/notes/${id}">${title}</a></h2>
${body === "" ? "" : html`<p class="text">${body}</p>`}
<div class="foot">${datesOf(note)}
<div class="actions"><a class="button quiet" href="/notes/${id}?edit" hx-get="/notes/${id}?edit" aria-label="Edit ${title}"${isFocused ? html` autofocus` : ""}>Edit</a>
${deleteForm(note, csrf, true)}</div></div>
</li>`;
}

/** When it was made and, where that is another time, changed. */
export function datesOf({ createdAt, updatedAt }: Note): SafeHtml {
  return html`<p class="meta">${timeOf(createdAt)}${updatedAt === createdAt ? "" : html`, changed ${timeOf(updatedAt)}`}</p>`;
}

/** @param isInPlace Whether HTMX swaps the answer into the list. */
export function deleteForm({ id, title }: Note, csrf: string, isInPlace: boolean): SafeHtml {
  const path = `/notes/${id}/delete`;
  return html`<form method="post" action="${path}"${isInPlace ? html` hx-post="${path}"` : ""}>${csrfField(csrf)}<button class="quiet" aria-label="Delete ${title}">Delete</button></form>`;
}

export function editorItem(draft: Draft, csrf: string): SafeHtml {
  return html`<li class="card note" id="note-${draft.id}" hx-target="this" hx-swap="outerHTML">${noteEditor(draft, csrf, true)}</li>`;
}

/** @param isInPlace Whether HTMX swaps the answer into the list. */
export function noteEditor(draft: Draft, csrf: string, isInPlace: boolean): SafeHtml {
  const { id, version, errors = {}, theirs } = draft;
  const path = `/notes/${id}`;
  const form = { id: `edit-${id}`, errors };
  return html`<form method="post" action="${path}" aria-label="Edit the note"${isInPlace ? html` hx-post="${path}"` : ""}>
${theirs ? conflict(theirs) : errorSummary(form)}
${csrfField(csrf)}<input type="hidden" name="version" value="${version}">
${noteFields(form, draft, true)}
<div class="actions"><button>${theirs ? "Save yours instead" : "Save"}</button>
<a class="button quiet" href="${path}"${isInPlace ? html` hx-get="${path}"` : ""}>${theirs ? "Keep what is there" : "Cancel"}</a></div>
</form>`;
}

function conflict({ title, body, updatedAt }: Note): SafeHtml {
  return html`<div class="message failed" role="alert"><p>This note was saved somewhere else while you were writing. Nothing is lost: here are both.</p></div>
<section class="theirs" aria-label="What is there now">
<p class="meta">What is there now, saved ${timeOf(updatedAt)}</p>
<h3>${title}</h3>
<p class="text">${body}</p>
</section>
<h3>What you wrote</h3>`;
}

/** The form that adds a note. @param isFocused Whether one types on in it. */
export function composer(csrf: string, typed: Typed = NOTHING, isFocused = false): SafeHtml {
  const form = { id: "new", errors: typed.errors };
  return html`<form class="card composer" id="composer" method="post" action="/notes" hx-post="/notes" hx-swap="outerHTML" aria-labelledby="composer-title">
<h2 id="composer-title">New note</h2>
${errorSummary(form)}
${csrfField(csrf)}
${noteFields(form, typed, isFocused)}
<button>Add note</button>
</form>`;
}

const NOTHING: Typed = { title: "", body: "", errors: {} };

function noteFields(form: FormState, { title, body }: Pick<Typed, "title" | "body">, isFirst: boolean): SafeHtml {
  return html`${textField(form, { name: "title", label: "Title", value: title, maxlength: 200, isFirst, autocomplete: "off" })}
${textArea(form, { name: "body", label: "Text", value: body, maxlength: 20_000, rows: 4, isOptional: true })}`;
}

/** For HTMX: an empty form again, and the note on top of the list. */
export function addedNote(note: Note, csrf: string): SafeHtml {
  return html`${composer(csrf, NOTHING, true)}<ul hx-swap-oob="afterbegin:#note-list">${noteItem(note, csrf)}</ul>`;
}

/** In the place of the note. Who has deleted it by keyboard is at the button that brings it back. */
export function deletedItem({ id, title }: Note, csrf: string): SafeHtml {
  const path = `/notes/${id}/restore`;
  return html`<li class="message done" id="note-${id}" hx-target="this" hx-swap="outerHTML"><p role="status">“${title}” is deleted.</p>
<form method="post" action="${path}" hx-post="${path}">${csrfField(csrf)}<button class="quiet" autofocus>Undo</button></form></li>`;
}
