/** Which HTTP a client speaks. */

/**
 * @returns The protocol between the client and Cloudflare, such as `HTTP/1.1`, `HTTP/2` or `HTTP/3`; null where nobody
 *   knows, as in a test.
 */
export function httpProtocolOf({ cf }: Request): string | null {
  const protocol = cf?.httpProtocol;
  return typeof protocol === "string" ? protocol : null;
}
