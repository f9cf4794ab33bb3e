/** Leads a browser on to another page. */

/**
 * The next page is asked for with GET, whatever this request was (RFC 9110 §15.4.4).
 *
 * @param path Of ours, with its query.
 */
export function seeOther(path: string, headers = new Headers()): Response {
  headers.set("Location", path);
  headers.set("Cache-Control", "no-store");
  return new Response(null, { status: 303, headers });
}
