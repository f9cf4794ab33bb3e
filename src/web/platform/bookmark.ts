/** Bookmarks of D1 that clients carry, so that each client sees its own writes while it reads from replicas. */
import type { AppLocals, Env, RequestDatabase } from "../../env.ts";
import { isShared } from "../caching/cache-control.ts";
import { createHostCookie } from "../request/host-cookie.ts";
import { isApiPath } from "../request/prefers-html.ts";
import { isSafeMethod } from "../request/safe-method.ts";
import { openRequestDatabase, parseBookmark } from "./request-database.ts";

/** Sent back by clients of the API with every request. */
export const BOOKMARK_HEADER = "X-D1-Bookmark";

/** A day, in seconds. A browser that returns later reads from the primary once. */
const COOKIE_SECONDS = 24 * 60 * 60;

/** Carries the bookmark of a browser. */
export const bookmarkCookie = createHostCookie("bookmark", COOKIE_SECONDS);

/**
 * Opens the database for a request. Only a GET or HEAD that carries a well-formed bookmark may read from a replica; a
 * request that changes state or opens a socket reads from the primary.
 */
export function openDatabase(request: Request, env: Env): RequestDatabase {
  const mayLag = isSafeMethod(request.method) && !request.headers.has("Upgrade");
  return openRequestDatabase(env.DB, mayLag ? readBookmark(request, env) : undefined);
}

/**
 * Gives the client the bookmark of the state that it has seen or written, unless caches may share the response. A
 * browser gets it with its first response and after each write, but not after other reads: the response to a slow read
 * may arrive after that to a later write, and would replace its cookie. A client of the API keeps the newer one itself.
 */
export function sendBookmark(request: Request, { db, env }: Partial<AppLocals>, headers: Headers): void {
  const bookmark = db?.bookmark;
  if (!env || bookmark === undefined || isShared(headers)) return;
  const usesCookies = request.headers.has("Cookie") || headers.has("Set-Cookie");
  const isNews = db?.hasWritten || parseBookmark(bookmarkCookie.read(request, env)) === undefined;
  if (usesCookies && isNews) bookmarkCookie.set(request, env, headers, bookmark);
  if (!usesCookies || isApiPath(new URL(request.url).pathname)) headers.set(BOOKMARK_HEADER, bookmark);
}

/** @returns The newer bookmark of the header and the cookie. */
function readBookmark(request: Request, env: Pick<Env, "ENVIRONMENT">): string | undefined {
  const given = [request.headers.get(BOOKMARK_HEADER), bookmarkCookie.read(request, env)];
  return given
    .flatMap((text) => parseBookmark(text) ?? [])
    .sort()
    .at(-1);
}
