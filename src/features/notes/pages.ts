/** The pages of notes: the list with its search, a note, its edit form. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { layout, type PageContext } from "../../web/pages/layout.ts";
import {
  composer,
  datesOf,
  deleteForm,
  type NoteEdit,
  type NoteFormState,
  type NoteListing,
  noteEditor,
  noteListing,
} from "./partials.ts";
import type { Note } from "./schema.ts";

/** @param refused The input of a refused form, to show again. */
export function notebookPage(context: PageContext, listing: NoteListing, refused?: NoteFormState): SafeHtml {
  return layout(
    "Notes",
    html`<header class="page-head"><h1>Notes</h1><a href="/api/notes/export.csv" download>Export as CSV</a></header>
<div class="notebook">
${composer(context.csrf, refused)}
<div>
${searchForm(listing)}
${noteListing(listing, context.csrf)}
</div>
</div>`,
    context,
    ["notes/notes.css"],
  );
}

/** Searches while the user types; without scripts, by its button. */
function searchForm({ q }: NoteListing): SafeHtml {
  return html`<search><form class="toolbar" method="get" action="/notes" hx-get="/notes" hx-trigger="input changed delay:250ms from:find input, submit" hx-target="#notes" hx-swap="outerHTML" hx-sync="this:replace">
<label class="visually-hidden" for="q">Search the notes</label>
<input type="search" id="q" name="q" value="${q}" maxlength="200" placeholder="Search" autocomplete="off">
<button class="quiet">Search</button>
</form></search>`;
}

export function notePage(context: PageContext, note: Note): SafeHtml {
  const { id, title, body } = note;
  return layout(
    title,
    html`<div class="reading">
<p><a href="/notes">All notes</a></p>
<article class="card">
<h1>${title}</h1>
${datesOf(note)}
<p class="text">${body}</p>
<div class="actions"><a class="button quiet" href="/notes/${id}?edit">Edit</a>${deleteForm(note, context.csrf, false)}</div>
</article>
</div>`,
    context,
    ["notes/notes.css"],
  );
}

export function editPage(context: PageContext, edit: NoteEdit): SafeHtml {
  return layout(
    "Edit the note",
    html`<div class="reading">
<p><a href="/notes">All notes</a></p>
<h1>Edit the note</h1>
<div class="card">${noteEditor(edit, context.csrf, false)}</div>
</div>`,
    context,
    ["notes/notes.css"],
  );
}
