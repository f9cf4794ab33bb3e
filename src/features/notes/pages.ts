/** The notebook as a page. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { csrfField } from "../../web/csrf-field.ts";
import { layout, type Visitor } from "../../web/layout.ts";
import type { Page } from "../../web/paging.ts";
import type { Note } from "./schema.ts";

/** What somebody typed that could not be saved, and why. */
export interface RefusedNote {
  readonly title: string;
  readonly body: string;
  readonly errors: readonly string[];
}

/** @param q What was searched for; empty for all notes. */
export function notebookPage(visitor: Visitor, notes: Page<Note>, q: string, refused?: RefusedNote): SafeHtml {
  return layout(
    "Notes",
    html`${noteForm(visitor.csrf, refused)}
<form class="search" method="get" action="/notes" role="search">
<label>Search <input type="search" name="q" value="${q}" maxlength="200"></label>
<button>Search</button>
</form>
${notes.items.length === 0 ? html`<p class="soft">${q === "" ? "No notes yet." : "No note has this."}</p>` : noteList(notes.items)}
${notes.nextCursor === null ? "" : html`<p><a href="/notes?${new URLSearchParams({ q, cursor: notes.nextCursor }).toString()}">Older notes</a></p>`}`,
    visitor,
  );
}

function noteForm(csrf: string, refused: RefusedNote = { title: "", body: "", errors: [] }): SafeHtml {
  return html`<form method="post" action="/notes">
${csrfField(csrf)}
${refused.errors.map((error) => html`<p class="error" role="alert">${error}</p>`)}
<label>Title <input name="title" value="${refused.title}" required maxlength="200"></label>
<label>Note <textarea name="body" rows="4" maxlength="20000">${refused.body}</textarea></label>
<button>Add note</button>
</form>`;
}

function noteList(notes: readonly Note[]): SafeHtml {
  return html`<ul>${notes.map(
    ({ title, body, createdAt }) => html`<li>
<h2>${title}</h2>
<p>${body}</p>
<time datetime="${createdAt}">${createdAt.slice(0, 16).replace("T", " ")} UTC</time>
</li>`,
  )}</ul>`;
}
