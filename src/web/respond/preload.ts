/** Preload headers, which Cloudflare sends ahead of the page as Early Hints (RFC 8297). */

/** A file that a page needs. */
export interface Preload {
  /** The address as in the page. */
  readonly href: string;
  /** The destination of the request (Fetch §2.2.7). */
  readonly as: "style" | "script" | "image" | "font" | "fetch";
}

/** Adds `Link` headers (RFC 8288). */
export function preload(headers: Headers, preloads: readonly Preload[]): void {
  for (const { href, as } of preloads) headers.append("Link", `<${href}>; rel=preload; as=${as}`);
}
