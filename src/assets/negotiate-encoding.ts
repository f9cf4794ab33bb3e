/** Negotiates the content encoding of a response (RFC 9110 §12.5.3). */
import { AcceptEncoding } from "@remix-run/headers";
import type { Encoding } from "./manifest.ts";

/** The best compression first: it wins if a client accepts several equally. */
const PREFERENCE = ["br", "gzip"] as const;

/**
 * @param available The encodings of the file, besides identity.
 * @returns Undefined for identity, which every client accepts.
 */
export function negotiateEncoding(request: Request, available: readonly string[]): Encoding | undefined {
  // The parser only recognises lower case and is slow with many spaces.
  const accepted = AcceptEncoding.from(
    acceptEncoding(request)
      ?.replace(/[ \t]+/g, " ")
      .toLowerCase() ?? null,
  );
  const weightOf = (encoding: string) => accepted.get(encoding) ?? accepted.get("*");
  const [best] = PREFERENCE.filter((encoding) => available.includes(encoding))
    .map((encoding) => ({ encoding, weight: weightOf(encoding) ?? 0 }))
    .filter(({ weight }) => weight > 0 && weight >= (accepted.get("identity") ?? 0))
    .sort((a, b) => b.weight - a.weight);
  return best?.encoding;
}

/** Cloudflare rewrites the header and keeps the client's original in `cf`. */
function acceptEncoding({ cf, headers }: Request): string | null {
  const sent = cf?.clientAcceptEncoding;
  return typeof sent === "string" ? sent : headers.get("Accept-Encoding");
}
