/** Which encoding a client gets (RFC 9110 §12.5.3). */
import { AcceptEncoding } from "@remix-run/headers";
import type { Encoding } from "./manifest.ts";

/** The best compressed first: it wins where a client likes several as much. */
const PREFERENCE = ["br", "gzip"] as const;

/**
 * @param available What there is besides the bytes as they are.
 * @returns Undefined for the bytes as they are, which everybody can read.
 */
export function negotiateEncoding(request: Request, available: readonly string[]): Encoding | undefined {
  // The parser knows small letters only, and takes its time over many spaces.
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

/** Cloudflare rewrites the header and keeps what the client sent in `cf`. */
function acceptEncoding({ cf, headers }: Request): string | null {
  const sent = cf?.clientAcceptEncoding;
  return typeof sent === "string" ? sent : headers.get("Accept-Encoding");
}
