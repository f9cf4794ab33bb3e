/** Tells a browser early what a page will need; Cloudflare sends it ahead as Early Hints (RFC 8297), as server push once did. */

/** Something that a page needs. */
export interface Preload {
  /** An address of ours, as it stands in the page. */
  readonly href: string;
  /** What it is used as (Fetch §2.2.7). */
  readonly as: "style" | "script" | "image" | "font" | "fetch";
}

/** Adds `Link` headers (RFC 8288) for what is to be preloaded. */
export function preload(headers: Headers, preloads: readonly Preload[]): void {
  for (const { href, as } of preloads) headers.append("Link", `<${href}>; rel=preload; as=${as}`);
}
