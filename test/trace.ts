/** The guards' decisions about a request, as development shows them. */

/**
 * Lists the decisions of the guards that ran, in order.
 *
 * @param response From an app in development.
 *
 * @example
 * expect(traceOf(await send("/api/notes"))).toEqual(["rateLimit(address):allow", "requireAuth:deny"]);
 */
export function traceOf(response: Response): string[] {
  const timing = response.headers.get("Server-Timing") ?? "";
  return Array.from(timing.matchAll(/desc="([^"]*)"/g), ([, decision = ""]) => decision);
}
