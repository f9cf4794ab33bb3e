/** Loads the list of notes that a page shows. */
import { currentUrl, isHtmx } from "../../web/pages/htmx.ts";
import type { Database } from "../../web/platform/request-database.ts";
import { limitParameter } from "../../web/request/paging.ts";
import { uuid } from "../../web/request/uuid.ts";
import { type ListAddress, type NoteListing, pathIn } from "./list-partials.ts";
import { countNotes, listNotes } from "./list-store.ts";
import { type NotesQuery, notesQuery } from "./schema.ts";

/** @param cursor The cursor in the address. */
export async function loadListing(
  db: Database,
  userId: string,
  query: NotesQuery,
  cursor?: string,
): Promise<NoteListing> {
  const { q } = query;
  const [notes, count] = await Promise.all([listNotes(db, userId, query), countNotes(db, userId, q)]);
  return { q, cursor, limit: limitParameter(query), notes, count };
}

export function loadNewestNotes(db: Database, userId: string): Promise<NoteListing> {
  return loadListing(db, userId, notesQuery.parse({}));
}

/** Loads the list beside the form that sent this request. */
export function loadShownNotes(request: Request, db: Database, userId: string): Promise<NoteListing> {
  const { query, cursor } = shownQuery(request);
  return loadListing(db, userId, query, cursor);
}

/** The address of the list beside the form that sent this request. */
export function shownList(request: Request): ListAddress {
  const { query, cursor } = shownQuery(request);
  return { q: query.q, cursor, limit: limitParameter(query) };
}

/** HTMX sends the address of the page. The address of a form without HTMX names the list. */
function shownQuery(request: Request) {
  const { searchParams } = pageUrl(request);
  const cursor = searchParams.get("cursor") ?? undefined;
  const [q, limit] = ["q", "limit"].map((name) => searchParams.get(name) ?? undefined);
  const query = notesQuery.safeParse({ q, limit, cursor });
  return query.success ? { query: query.data, cursor } : { query: notesQuery.parse({}), cursor: undefined };
}

function pageUrl(request: Request): URL {
  return (isHtmx(request) && currentUrl(request)) || new URL(request.url);
}

/** The address of the page that sent this request of HTMX, with another list. An open note stays open. */
export function pathWithList(request: Request, list: ListAddress): string {
  const { pathname, searchParams } = pageUrl(request);
  return pathIn(list, isOpenNote(pathname) ? pathname : "/notes", searchParams.has("edit"));
}

/** Whether the page that sent this request of HTMX shows this note. */
export function isShown(request: Request, id: string): boolean {
  return pageUrl(request).pathname.toLowerCase() === `/notes/${id}`;
}

function isOpenNote(pathname: string): boolean {
  return pathname.startsWith("/notes/") && uuid.safeParse(pathname.slice("/notes/".length)).success;
}
