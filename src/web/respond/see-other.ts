/** Redirects after a form. */

/**
 * Redirects to a page that is requested with GET, whatever the method of this request (RFC 9110 §15.4.4).
 *
 * @param path A path of this app, with its query.
 */
export function seeOther(path: string, headers = new Headers()): Response {
  headers.set("Location", path);
  headers.set("Cache-Control", "no-store");
  return new Response(null, { status: 303, headers });
}
