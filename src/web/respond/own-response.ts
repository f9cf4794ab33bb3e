/** The copy of a response that the hooks of a request may change. */

const owned = new WeakSet<Response>();

/**
 * Copies a response unless it is such a copy already, so that each response is copied once. The handler's own response
 * is not changed: its headers may be immutable, and a handler may return one response to several requests.
 */
export function ownResponse(response: Response): Response {
  if (owned.has(response)) return response;
  const copy = new Response(response.body, response);
  owned.add(copy);
  return copy;
}
