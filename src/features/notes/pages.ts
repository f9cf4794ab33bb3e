/** The pages of notes: the list with its search, a note, its edit form. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { layout, type PageContext } from "../../web/pages/layout.ts";
import { type Page, pathOfList } from "../../web/request/paging.ts";
import { composer, datesOf, deleteForm, type NoteEdit, type NoteFormState, noteEditor, noteItem } from "./partials.ts";
import type { Note } from "./schema.ts";

/** A page of the list of notes, and the request for it. */
export interface NoteListing {
  /** The search text; empty for all notes. */
  readonly q: string;
  /** Undefined for the newest notes. */
  readonly cursor: string | undefined;
  readonly notes: Page<Note>;
}

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

/** The path of a search. */
export function pathOfSearch(q: string, cursor?: string): string {
  return pathOfList("/notes", q, cursor);
}

/** Searches while the user types; without scripts, by its button. */
function searchForm({ q }: NoteListing): SafeHtml {
  return html`<search><form class="toolbar" method="get" action="/notes" hx-get="/notes" hx-trigger="input changed delay:250ms from:find input, submit" hx-target="#notes" hx-swap="outerHTML" hx-sync="this:replace">
<label class="visually-hidden" for="q">Search the notes</label>
<input type="search" id="q" name="q" value="${q}" maxlength="200" placeholder="Search" autocomplete="off">
<button class="quiet">Search</button>
</form></search>`;
}

/** The list of notes, which a search replaces. */
export function noteListing({ q, cursor, notes: { items, nextCursor } }: NoteListing, csrf: string): SafeHtml {
  const count = `${items.length}${nextCursor === null ? "" : " or more"}`;
  const more = pathOfSearch(q, nextCursor ?? undefined);
  return html`<section id="notes" aria-label="Notes">
<p class="meta found" role="status">${q === "" ? "" : html`${count} with “${q}”. <a href="/notes">Show all</a>`}</p>
${cursor === undefined ? "" : html`<p class="meta found"><a href="${pathOfSearch(q)}">Newest notes</a></p>`}
<ul class="list" id="note-list">${items.map((note) => noteItem(note, csrf))}${
    nextCursor === null
      ? ""
      : html`<li class="more" hx-target="this" hx-swap="outerHTML"><a class="button quiet" href="${more}" hx-get="${more}" hx-select="#note-list > li">Older notes</a></li>`
  }</ul>
<p class="empty">${q === "" ? "No notes yet. What is on your mind?" : "No matching notes."}</p>
</section>`;
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
