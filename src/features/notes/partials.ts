/** The parts of the pages of notes that HTMX swaps in: the list, its items and their editors, and the form for a new note. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { csrfField } from "../../web/pages/csrf-field.ts";
import { errorSummary, type FormErrors, type FormState, textArea, textField } from "../../web/pages/form-fields.ts";
import { timeOf } from "../../web/pages/time.ts";
import { type Page, pathOfList } from "../../web/request/paging.ts";
import type { Note } from "./schema.ts";

/** A page of the list of notes, and the request for it. */
export interface NoteListing {
  /** The search text; empty for all notes. */
  readonly q: string;
  /** Undefined for the newest notes. */
  readonly cursor: string | undefined;
  readonly notes: Page<Note>;
}

/** The state of the form that edits a note. */
export interface NoteEdit extends Pick<Note, "id" | "title" | "body"> {
  /** The version that the form was rendered from. */
  readonly version: number | string;
  readonly errors?: FormErrors;
  /** The stored note, if it changed while this form was open. */
  readonly theirs?: Note;
}

/** The state of the form for a new note. */
export interface NoteFormState {
  readonly title: string | undefined;
  readonly body: string | undefined;
  readonly errors: FormErrors;
}

/** The path of a search. */
export function searchPath(q: string, cursor?: string): string {
  return pathOfList("/notes", q, cursor);
}

/** The list of notes, which a search replaces. */
export function noteListing({ q, cursor, notes: { items, nextCursor } }: NoteListing, csrf: string): SafeHtml {
  const count = `${items.length}${nextCursor === null ? "" : " or more"}`;
  const more = searchPath(q, nextCursor ?? undefined);
  return html`<section id="notes" aria-label="Notes">
<p class="meta found" role="status">${q === "" ? "" : html`${count} matching “${q}”. <a href="/notes">Show all</a>`}</p>
${cursor === undefined ? "" : html`<p class="meta found"><a href="${searchPath(q)}">Newest notes</a></p>`}
<ul class="list" id="note-list">${items.map((note) => noteItem(note, csrf))}${
    nextCursor === null
      ? ""
      : html`<li class="more" hx-target="this" hx-swap="outerHTML"><a class="button quiet" href="${more}" hx-get="${more}" hx-select="#note-list > li">Older notes</a></li>`
  }</ul>
${items.length > 0 ? "" : html`<p class="empty">${emptyText(q, cursor)}</p>`}
</section>`;
}

/** A list with notes does not contain this text: text browsers ignore stylesheets and would show it. */
function emptyText(q: string, cursor: string | undefined): string {
  if (cursor !== undefined) return "No older notes.";
  return q === "" ? "No notes yet. What is on your mind?" : "No matching notes.";
}

/** @param isFocused Whether the item takes the focus, because the focused element was swapped out. */
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

/** The time of creation and, if different, of the last change. */
export function datesOf({ createdAt, updatedAt }: Note): SafeHtml {
  return html`<p class="meta">${timeOf(createdAt)}${updatedAt === createdAt ? "" : html`, changed ${timeOf(updatedAt)}`}</p>`;
}

/** @param isInPlace Whether HTMX swaps the response into the list. */
export function deleteForm({ id, title }: Note, csrf: string, isInPlace: boolean): SafeHtml {
  const path = `/notes/${id}/delete`;
  return html`<form method="post" action="${path}"${isInPlace ? html` hx-post="${path}"` : ""}>${csrfField(csrf)}<button class="quiet" aria-label="Delete ${title}">Delete</button></form>`;
}

export function editorItem(edit: NoteEdit, csrf: string): SafeHtml {
  return html`<li class="card note" id="note-${edit.id}" hx-target="this" hx-swap="outerHTML">${noteEditor(edit, csrf, true)}</li>`;
}

/** @param isInPlace Whether HTMX swaps the response into the list. */
export function noteEditor(edit: NoteEdit, csrf: string, isInPlace: boolean): SafeHtml {
  const { id, version, errors = {}, theirs } = edit;
  const path = `/notes/${id}`;
  const form = { id: `edit-${id}`, errors };
  return html`<form method="post" action="${path}" aria-label="Edit the note"${isInPlace ? html` hx-post="${path}"` : ""}>
${theirs ? conflict(theirs) : errorSummary(form)}
${csrfField(csrf)}<input type="hidden" name="version" value="${version}">
${noteFields(form, edit, true)}
<div class="actions"><button>${theirs ? "Save your version" : "Save"}</button>
<a class="button quiet" href="${path}"${isInPlace ? html` hx-get="${path}"` : ""}>${theirs ? "Keep the current version" : "Cancel"}</a></div>
</form>`;
}

function conflict({ title, body, updatedAt }: Note): SafeHtml {
  return html`<div class="message failed" role="alert"><p>This note was changed elsewhere while you were editing it. Both versions are shown below.</p></div>
<section class="theirs" aria-label="Current version">
<p class="meta">Current version, saved ${timeOf(updatedAt)}</p>
<h3>${title}</h3>
<p class="text">${body}</p>
</section>
<h3>Your version</h3>`;
}

/** The form that adds a note. @param isFocused Whether its first field takes the focus. */
export function composer(csrf: string, state: NoteFormState = EMPTY, isFocused = false): SafeHtml {
  const form = { id: "new", errors: state.errors };
  return html`<form class="card composer" id="composer" method="post" action="/notes" hx-post="/notes" hx-swap="outerHTML" aria-labelledby="composer-title">
<h2 id="composer-title">New note</h2>
${errorSummary(form)}
${csrfField(csrf)}
${noteFields(form, state, isFocused)}
<button>Add note</button>
</form>`;
}

const EMPTY: NoteFormState = { title: "", body: "", errors: {} };

function noteFields(
  form: FormState,
  { title, body }: Pick<NoteFormState, "title" | "body">,
  isFirst: boolean,
): SafeHtml {
  return html`${textField(form, { name: "title", label: "Title", value: title, maxlength: 200, isFirst, autocomplete: "off" })}
${textArea(form, { name: "body", label: "Text", value: body, maxlength: 20_000, rows: 4, isOptional: true })}`;
}

/** For HTMX: an empty form, and the new note at the top of the list. */
export function addedNote(note: Note, csrf: string): SafeHtml {
  return html`${composer(csrf, EMPTY, true)}<ul hx-swap-oob="afterbegin:#note-list">${noteItem(note, csrf)}</ul>`;
}

/** Replaces a deleted note. Its Undo button takes the focus, since the Delete button no longer exists. */
export function deletedItem({ id, title }: Note, csrf: string): SafeHtml {
  const path = `/notes/${id}/restore`;
  return html`<li class="message done" id="note-${id}" hx-target="this" hx-swap="outerHTML"><p role="status">“${title}” was deleted.</p>
<form method="post" action="${path}" hx-post="${path}">${csrfField(csrf)}<button class="quiet" autofocus>Undo</button></form></li>`;
}
