/** A note, its editor, and the form for a new note. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { csrfField } from "../../web/pages/csrf-field.ts";
import { errorSummary, type FormErrors, type FormState, textArea, textField } from "../../web/pages/form-fields.ts";
import { submissionField } from "../../web/pages/submission-field.ts";
import { timeOf } from "../../web/pages/time.ts";
import { button, buttonLink } from "../../web/pages/ui/button.ts";
import { icon } from "../../web/pages/ui/icon.ts";
import { menu } from "../../web/pages/ui/menu.ts";
import { deleteForm, type ListAddress, pathIn } from "./list-partials.ts";
import { BODY_LABEL, type Note } from "./schema.ts";

/** The state of the form that edits a note. */
export interface NoteEdit extends Pick<Note, "id" | "title" | "body"> {
  /** The version that the form was rendered from. */
  readonly version: number | string;
  /** Hashes of the texts that the form has sent before (`public/page/draft-form.js`). */
  readonly sent?: string | undefined;
  readonly errors?: FormErrors;
  /** The stored note, if it changed while this form was open. */
  readonly theirs?: Note;
}

/** The state of the form for a new note. */
export interface NoteFormState {
  readonly title: string | undefined;
  readonly body: string | undefined;
  readonly errors: FormErrors;
  /** The id of the submission, if another attempt with the same text must not create a second note. */
  readonly submission?: string | undefined;
}

/** The name of the draft of a new note. */
export const NEW_DRAFT = "notes/new";

/** The name of the draft of an edit. */
export function draftOf(id: string): string {
  return `notes/${id}`;
}

/** @param isFocused Whether the note takes the focus, because HTMX has opened or saved it. */
export function noteView(note: Note, list: ListAddress, csrf: string, isFocused = false): SafeHtml {
  const { id, title, body } = note;
  const more = { label: "More", to: title, icon: "more", kind: "plain", isIconOnly: true } as const;
  return html`<article class="open-note" tabindex="-1" aria-labelledby="note-title"${isFocused ? html` autofocus` : ""}>
${backLink(list)}
<header class="note-head"><h1 id="note-title" dir="auto">${title}</h1>
<div class="actions">${buttonLink(pathIn(list, `/notes/${id}`, true), { label: "Edit", attributes: html` data-edits="${draftOf(id)}"` })}
${menu("note-menu", more, deleteForm(note, list, csrf))}</div></header>
${datesOf(note)}
${body === "" ? "" : html`<div class="text" dir="auto">${body}</div>`}
<div hx-get="${pathIn(list, `/notes/${id}`)}" hx-trigger="draft:saved:notes:${id} from:body" hx-target="closest article" hx-swap="innerHTML" hx-select=".open-note > *"></div>
</article>`;
}

/** On a wide screen, it closes the note beside the list. */
function backLink(list: ListAddress): SafeHtml {
  return html`<a class="back" href="${pathIn(list)}" hx-boost="false">${icon("back")}All notes</a>`;
}

/** The time of creation and, if different, of the last change. */
function datesOf({ createdAt, updatedAt }: Note): SafeHtml {
  return html`<p class="meta">${timeOf(createdAt)}${updatedAt === createdAt ? "" : html`, changed ${timeOf(updatedAt)}`}</p>`;
}

export function noteEditor(edit: NoteEdit, list: ListAddress, csrf: string): SafeHtml {
  const { id, errors = {}, theirs } = edit;
  const path = pathIn(list, `/notes/${id}`);
  const form = { id: "edit", errors };
  return html`<div class="open-note">
${backLink(list)}
<h1 class="visually-hidden">Edit the note</h1>
<form method="post" action="${path}" hx-post="/notes/${id}" aria-label="Edit the note" data-draft="${draftOf(id)}">
${theirs ? conflict(theirs) : errorSummary(form)}
${csrfField(csrf)}${versionField(edit.version)}<input type="hidden" name="sent" value="${edit.sent ?? ""}">
${textField(form, { name: "title", label: "Title", value: edit.title, maxlength: 200, isFirst: true, autocomplete: "off" })}
${textArea(form, { name: "body", label: BODY_LABEL, value: edit.body, maxlength: 20_000, rows: 10, isOptional: true })}
<div class="actions">${button({ label: theirs ? "Save your version" : "Save", kind: "primary" })}
${buttonLink(path, { label: theirs ? "Keep the current version" : "Cancel", attributes: theirs ? html` data-cancel data-discards` : html` data-cancel` })}</div>
</form>
</div>`;
}

function versionField(version: number | string, attributes: SafeHtml | "" = ""): SafeHtml {
  return html`<input type="hidden" name="version" value="${version}" id="edit-version"${attributes}>`;
}

/** For HTMX: the new version, for a form that stays on the page because the user has typed more. */
export function newVersion(version: number): SafeHtml {
  return versionField(version, html` hx-swap-oob="true"`);
}

function conflict({ title, body, updatedAt }: Note): SafeHtml {
  return html`<div class="message failed" role="alert"><p>This note was changed elsewhere while you were editing it. Both versions are shown below.</p></div>
<section class="theirs panel" aria-label="Current version">
<p class="meta">Current version, saved ${timeOf(updatedAt)}</p>
<h2 dir="auto">${title}</h2>
<div class="text" dir="auto" tabindex="0">${body}</div>
</section>
<h2>Your version</h2>`;
}

/**
 * The form that adds a note. Only the stylesheet closes it, and the link “New note” opens it.
 *
 * @param isFocused Whether its first field takes the focus.
 */
export function composer(csrf: string, state: NoteFormState = EMPTY, isFocused = false): SafeHtml {
  const form: FormState = { id: "new", errors: state.errors };
  // The placeholders tell the stylesheet which fields are empty.
  return html`<form class="composer" id="composer" method="post" action="/notes" hx-post="/notes" hx-swap="outerHTML" aria-label="New note" data-draft="${NEW_DRAFT}">
${errorSummary(form)}
${csrfField(csrf)}${submissionField(state.submission)}
${textField(form, { name: "title", label: "Title", value: state.title, placeholder: " ", maxlength: 200, isFirst: isFocused, autocomplete: "off" })}
${textArea(form, { name: "body", label: BODY_LABEL, value: state.body, placeholder: " ", maxlength: 20_000, rows: 4, isOptional: true })}
<div class="actions">${button({ label: "Add note", kind: "primary" })}${buttonLink("#new-note", { label: "Cancel", attributes: html` data-cancel` })}</div>
</form>`;
}

const EMPTY: NoteFormState = { title: "", body: "", errors: {} };
