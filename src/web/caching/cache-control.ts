/** How long a response may be kept, by whom (RFC 9111 §5.2.2). */

/** Nowhere: it holds a secret, or is true for this moment only. */
export const NOT_STORED = { "Cache-Control": "no-store" };

/** By whoever asked, and never shown again without asking whether it is still so. */
export const REVALIDATED = { "Cache-Control": "private, no-cache" };

/** By anybody, for a year (RFC 8246): the address names the version. */
export const IMMUTABLE = { "Cache-Control": "public, max-age=31536000, immutable" };

/** By anybody, and never shown again without asking whether it is still so. */
export const PUBLIC_REVALIDATED = { "Cache-Control": "public, no-cache" };
