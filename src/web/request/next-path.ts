/** The path to return to after a form, without open redirects (CWE-601). */

/**
 * @param next The path that the client requests, such as the query's `next`.
 * @param requestUrl The URL of the request.
 * @returns The path and query of `next` if a browser would stay on our origin with it; otherwise `fallback`.
 */
export function nextPath(next: string | undefined, requestUrl: string, fallback: string): string {
  // Characters that a browser strips or reads as a slash are refused, not repaired.
  if (!next || !/^\/(?![/\\])[!-~]*$/.test(next) || next.includes("\\")) return fallback;
  const { origin } = new URL(requestUrl);
  const url = new URL(next, origin);
  if (url.origin !== origin || url.pathname.startsWith("//")) return fallback;
  return url.pathname + url.search;
}
