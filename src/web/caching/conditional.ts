/** What a GET or HEAD asks of a representation: its preconditions and its range (RFC 9110 §13, §14). */
import { matchesStrongly, matchesWeakly } from "./etag.ts";
import { parseHttpDate, toSeconds } from "./http-date.ts";

/** What there is to be had. */
export interface Representation {
  /** A strong entity tag, with its quotes. */
  readonly etag: string;
  /** Milliseconds since the epoch; undefined where nobody knows. */
  readonly lastModified?: number;
  /** Bytes. */
  readonly size: number;
}

/** Bytes of a representation. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** What the answer is to be: 200, 206, 304, 412 or 416. */
export type ConditionalResult =
  | { readonly kind: "whole" | "unchanged" | "precondition failed" | "range not satisfiable" }
  | { readonly kind: "part"; readonly range: ByteRange };

/** In the order of RFC 9110 §13.2.2. */
export function evaluateConditional(request: Request, representation: Representation): ConditionalResult {
  if (!passesMatch(request, representation)) return { kind: "precondition failed" };
  if (isFresh(request, representation)) return { kind: "unchanged" };
  const range = request.headers.get("Range");
  // §14.2: other methods know no range. §13.1.5: nor does who asks for one of another representation.
  if (range === null || request.method !== "GET" || !passesIfRange(request, representation)) return { kind: "whole" };
  return readRange(range, representation.size);
}

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

/** A date is a strong validator here: what has an entity tag of its bytes does not change twice in a second. */
function passesIfRange({ headers }: Request, { etag, lastModified }: Representation): boolean {
  const validator = headers.get("If-Range")?.trim();
  if (validator === undefined || validator === etag) return true;
  const date = parseHttpDate(validator);
  return date !== undefined && lastModified !== undefined && toSeconds(lastModified) === date;
}

/** Several ranges, another unit and what is malformed are passed over, as §14.2 allows. */
function readRange(header: string, size: number): ConditionalResult {
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
  // Satisfiable by §14.1.2, yet no Content-Range can name a range of no bytes.
  if (size === 0) return { kind: "whole" };
  const length = Math.min(count, size);
  return { kind: "part", range: { offset: size - length, length } };
}
