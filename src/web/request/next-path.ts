/** Where a form leads back to: a path of our own, whatever the address bar says (CWE-601). */

/**
 * @param next What a client asks for, such as the query's `next`.
 * @param requestUrl Of the request itself.
 * @returns `next` as a path with its query, where a browser would stay on our origin with it; else `fallback`.
 */
export function nextPath(next: string | undefined, requestUrl: string, fallback: string): string {
  // What a browser strips or takes for a slash is refused as it stands, not mended.
  if (!next || !/^\/(?![/\\])[!-~]*$/.test(next) || next.includes("\\")) return fallback;
  const { origin } = new URL(requestUrl);
  const url = new URL(next, origin);
  if (url.origin !== origin || url.pathname.startsWith("//")) return fallback;
  return url.pathname + url.search;
}
