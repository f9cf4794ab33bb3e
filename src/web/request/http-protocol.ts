/** The HTTP version of a client. */

/**
 * @returns The protocol between the client and Cloudflare, such as `HTTP/1.1`, `HTTP/2` or `HTTP/3`; null if unknown, as
 *   in a test.
 */
export function httpProtocolOf({ cf }: Request): string | null {
  const protocol = cf?.httpProtocol;
  return typeof protocol === "string" ? protocol : null;
}
