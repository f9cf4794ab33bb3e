/** The list of notes: its head, its search, its rows. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { csrfField } from "../../web/pages/csrf-field.ts";
import { timeOf } from "../../web/pages/time.ts";
import { buttonLink } from "../../web/pages/ui/button.ts";
import { emptyState } from "../../web/pages/ui/empty-state.ts";
import { icon } from "../../web/pages/ui/icon.ts";
import { menu, rowMenu } from "../../web/pages/ui/menu.ts";
import { pageHead } from "../../web/pages/ui/page-head.ts";
import { limitField, pager } from "../../web/pages/ui/pager.ts";
import { type Count, countText } from "../../web/request/count.ts";
import { type Page, pathOfList } from "../../web/request/paging.ts";
import { isShortSearch, SHORT_SEARCH_ROWS } from "../../web/request/search.ts";
import type { Note } from "./schema.ts";

/** The parameters in the address of a page of the list. */
export interface ListAddress {
  /** The search text; empty for all notes. */
  readonly q: string;
  /** The cursor in the address; undefined for the first page. */
  readonly cursor: string | undefined;
  /** The limit in the address; undefined for the default. */
  readonly limit: string | undefined;
}

/** A page of the list of notes. */
export interface NoteListing extends ListAddress {
  readonly notes: Page<Note>;
  /** The number of notes on all pages. */
  readonly count: Count;
}

/** The address of a note, or of its editor, beside a list. @param path Default: the path of the list alone. */
export function pathIn({ q, cursor, limit }: ListAddress, path = "/notes", isEdited = false): string {
  const address = pathOfList(path, { q, cursor, limit });
  if (!isEdited) return address;
  return address === path ? `${path}?edit` : address.replace("?", "?edit&");
}

interface ListOptions {
  /** The id of the note that is open beside the list. */
  readonly openId?: string | undefined;
  /** The id of the note whose link takes the focus. */
  readonly focusedId?: string;
}

/** @param isMain Whether the list is the main content of the page. */
export function listHead({ q, count }: NoteListing, isMain: boolean): SafeHtml {
  const more = { label: "More", icon: "more", kind: "plain", isIconOnly: true } as const;
  return pageHead({
    title: "Notes",
    count: countElement(q, count),
    level: isMain ? 1 : 2,
    actions: [
      buttonLink("#new-title", { label: "New note", kind: "primary", icon: "plus", attributes: html` id="new-note"` }),
      menu("list-menu", more, html`<a href="/api/notes/export.csv" download>${icon("download")}Export as CSV</a>`),
    ],
  });
}

function countElement(q: string, count: Count, isPart = false): SafeHtml {
  return html`<span id="note-count"${isPart ? html` hx-swap-oob="true"` : ""}>${q === "" ? countText(count) : ""}</span>`;
}

/** Searches while the user types; without scripts, when the user presses the button. */
export function searchForm({ q, limit }: Omit<ListAddress, "cursor">, isPart = false): SafeHtml {
  return html`<search id="note-search"${isPart ? html` hx-swap-oob="true"` : ""}><form class="toolbar" method="get" action="/notes" hx-get="/notes" hx-trigger="input changed delay:250ms from:find input, submit" hx-target="#notes" hx-swap="outerHTML" hx-sync="this:replace">
<label class="visually-hidden" for="q">Search the notes</label>
<input type="search" id="q" name="q" value="${q}" maxlength="200" placeholder="Search" autocomplete="off" dir="auto">
${limitField(limit)}<button>Search</button>
</form></search>`;
}

/** For HTMX: the list that a search or the pager requested. */
export function listPart(listing: NoteListing, csrf: string): SafeHtml {
  return html`${noteList(listing, csrf)}${countElement(listing.q, listing.count, true)}`;
}

/** For HTMX: the list after a change, in addition to the main part of a response. */
export function updatedList(listing: NoteListing, csrf: string, options: ListOptions = {}): SafeHtml {
  return html`${noteList(listing, csrf, options, html` hx-swap-oob="true"`)}${countElement(listing.q, listing.count, true)}`;
}

export function noteList(
  listing: NoteListing,
  csrf: string,
  options: ListOptions = {},
  attributes: SafeHtml | "" = "",
): SafeHtml {
  const { q, limit, notes } = listing;
  const { items } = notes;
  return html`<section id="notes" tabindex="-1" aria-label="Notes"${attributes}>
<div role="status">${status(listing)}</div>
${notes.previousCursor === null ? "" : html`<p class="meta found"${TO_LIST}><a href="${pathIn({ q, cursor: undefined, limit })}">Newest notes</a></p>`}
${isShortSearch(q) ? html`<p class="meta found">${SHORT_SEARCH}</p>` : ""}
${items.length === 0 ? "" : html`<ul class="rows" id="note-list" data-marks-current hx-boost="true" hx-target="#note" hx-swap="innerHTML show:window:top">${items.map((note) => noteRow(note, listing, csrf, options))}</ul>`}
<div hx-get="${pathIn(listing)}" hx-trigger="draft:saved from:body" hx-target="#notes" hx-swap="outerHTML" hx-sync="#note-search form:drop"></div>
<div${TO_LIST}>${pager("/notes", { q, limit }, notes, "notes")}</div>
</section>`;
}

/** Links within an element with these attributes replace the list and keep the open note. */
const TO_LIST = html` hx-boost="true" hx-target="#notes" hx-swap="outerHTML show:#notes:top"`;

const SHORT_SEARCH = `A search for 1 or 2 characters covers your newest ${SHORT_SEARCH_ROWS.toLocaleString("en-US")} notes.`;

/** A list with notes does not contain the text for an empty one: text browsers ignore stylesheets and would show it. */
function status({ q, limit, notes, count }: NoteListing): SafeHtml | "" {
  const all = pathIn({ q: "", cursor: undefined, limit });
  const { items, nextCursor, previousCursor } = notes;
  if (items.length > 0)
    return q === ""
      ? ""
      : html`<p class="meta found">${countText(count)} matching “<bdi>${q}</bdi>”. <a href="${all}">Show all</a></p>`;
  if ((nextCursor ?? previousCursor) !== null) return emptyState("No notes on this page.");
  if (q === "") return emptyState("No notes yet.", html`<a href="#new-title">Write the first one</a>`);
  return emptyState("No matching notes.", html`<a href="${all}">Show all</a>`);
}

function noteRow(note: Note, list: ListAddress, csrf: string, { openId, focusedId }: ListOptions): SafeHtml {
  const { id, title, body, createdAt } = note;
  const path = `/notes/${id}`;
  return html`<li class="note" id="note-${id}">
<a class="title" id="open-${id}" href="${pathIn(list, path)}" dir="auto"${id === openId ? html` aria-current="true"` : ""}${id === focusedId ? html` autofocus` : ""}>${title}</a>
<p class="excerpt one-line" dir="auto">${excerptOf(body)}</p>
<span class="meta">${timeOf(createdAt)}</span>
${rowMenu(`menu-${id}`, title, [
  html`<a href="${pathIn(list, path, true)}" aria-label="Edit ${title}">${icon("edit")}Edit</a>`,
  deleteForm(note, list, csrf),
])}
</li>`;
}

/** Maximum characters of a note's first line in its row. */
const MAX_EXCERPT = 200;

function excerptOf(body: string): string {
  const [line = ""] = body.trimStart().split("\n", 1);
  return Array.from(line.slice(0, MAX_EXCERPT * 2))
    .slice(0, MAX_EXCERPT)
    .join("");
}

export function deleteForm({ id, title }: Pick<Note, "id" | "title">, list: ListAddress, csrf: string): SafeHtml {
  const path = `/notes/${id}/delete`;
  return html`<form method="post" action="${pathIn(list, path)}" hx-post="${path}">${csrfField(csrf)}<button class="danger" aria-label="Delete ${title}">${icon("trash")}Delete</button></form>`;
}
