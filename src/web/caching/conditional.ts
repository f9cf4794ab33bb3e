/** Evaluates the preconditions and the range of a GET or HEAD request (RFC 9110 §13, §14). */
import { matchesStrongly, matchesWeakly } from "./etag.ts";
import { parseHttpDate, toSeconds } from "./http-date.ts";

/** The representation that a request selects. */
export interface Representation {
  /** A strong entity tag, with its quotes. */
  readonly etag: string;
  /** Milliseconds since the epoch; undefined if unknown. */
  readonly lastModified?: number;
  /** Bytes. */
  readonly size: number;
}

/** Bytes of a representation. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** The response to give: 200, 206, 304, 412 or 416. */
export type ConditionalResult =
  | { readonly kind: "whole" | "unchanged" | "precondition failed" | "range not satisfiable" }
  | { readonly kind: "part"; readonly range: ByteRange };

/** In the order of RFC 9110 §13.2.2. */
export function evaluateConditional(request: Request, representation: Representation): ConditionalResult {
  if (!passesMatch(request, representation)) return { kind: "precondition failed" };
  if (isFresh(request, representation)) return { kind: "unchanged" };
  const range = request.headers.get("Range");
  // §14.2: only GET has ranges. §13.1.5: a range of an outdated representation is ignored.
  if (range === null || request.method !== "GET" || !passesIfRange(request, representation)) return { kind: "whole" };
  return parseRange(range, representation.size);
}

/**
 * Strong (RFC 9110 §13.1.1): a tag that Cloudflare weakened belongs to bytes that Cloudflare compressed, and these differ
 * from the bytes here. Unlike `acceptedVersions`, which compares versions, this compares bytes.
 */
function passesMatch({ headers }: Request, { etag, lastModified }: Representation): boolean {
  const tags = headers.get("If-Match");
  if (tags !== null) return matchesStrongly(tags, etag);
  const since = parseHttpDate(headers.get("If-Unmodified-Since"));
  return since === undefined || lastModified === undefined || toSeconds(lastModified) <= since;
}

function isFresh({ headers }: Request, { etag, lastModified }: Representation): boolean {
  const tags = headers.get("If-None-Match");
  if (tags !== null) return matchesWeakly(tags, etag);
  const since = parseHttpDate(headers.get("If-Modified-Since"));
  return since !== undefined && lastModified !== undefined && toSeconds(lastModified) <= since;
}

/**
 * Strong (RFC 9110 §13.1.5): a client with a weakened tag has a part of the compressed bytes, which a range of these
 * bytes would not continue. A date counts as a strong validator here: the contents do not change twice within a second.
 */
function passesIfRange({ headers }: Request, { etag, lastModified }: Representation): boolean {
  const validator = headers.get("If-Range")?.trim();
  if (validator === undefined || validator === etag) return true;
  const date = parseHttpDate(validator);
  return date !== undefined && lastModified !== undefined && toSeconds(lastModified) === date;
}

/** Multiple ranges, other units and malformed ranges are ignored, as §14.2 allows. */
function parseRange(header: string, size: number): ConditionalResult {
  // §5.6.1.2: a list may have empty elements.
  const [, first = "", last = ""] = /^bytes=[ \t,]*(\d*)-(\d*)[ \t,]*$/i.exec(header.trim()) ?? [];
  if (first === "") return last === "" ? { kind: "whole" } : lastBytes(Number(last), size);
  if (last !== "" && Number(last) < Number(first)) return { kind: "whole" };
  if (Number(first) >= size) return { kind: "range not satisfiable" };
  const end = last === "" ? size : Math.min(Number(last) + 1, size);
  return { kind: "part", range: { offset: Number(first), length: end - Number(first) } };
}

function lastBytes(count: number, size: number): ConditionalResult {
  if (count === 0) return { kind: "range not satisfiable" };
  // Satisfiable by §14.1.2, but Content-Range cannot express an empty range.
  if (size === 0) return { kind: "whole" };
  const length = Math.min(count, size);
  return { kind: "part", range: { offset: size - length, length } };
}
