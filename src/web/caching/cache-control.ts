/** Values of `Cache-Control` (RFC 9111 §5.2.2). */

/** Never stored. The default for responses that do not set Cache-Control. */
export const NOT_STORED = { "Cache-Control": "no-store" };

/** Stored only by the client, and revalidated before each use: for a response with an ETag. */
export const REVALIDATED = { "Cache-Control": "private, no-cache" };

/** Stored by any cache for a year (RFC 8246), for addresses that contain a version. */
export const IMMUTABLE = { "Cache-Control": "public, max-age=31536000, immutable" };

/** Stored by any cache, and revalidated before each use. */
export const PUBLIC_REVALIDATED = { "Cache-Control": "public, no-cache" };

/** Whether shared caches, such as Cloudflare's in front of the Worker, may store a response (RFC 9111 §3). */
export function isShared(headers: Headers): boolean {
  return !/\b(no-store|private)\b/i.test(headers.get("Cache-Control") ?? "");
}
