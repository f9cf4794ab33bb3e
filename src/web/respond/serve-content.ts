/** Serves stored contents, with ranges and conditional requests (RFC 9110 §13, §14). */
import { type ByteRange, evaluateConditional, type Representation } from "../caching/conditional.ts";
import { type RefusalContext, refuse } from "./refuse.ts";

/** Stored contents and their headers. */
export interface Content extends Representation {
  /** Headers of every response, including 304, such as `Cache-Control`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Headers that describe the contents, such as `Content-Type`. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Reads a range, or everything; null if the contents have been removed meanwhile. */
  read(range?: ByteRange): Promise<ReadableStream<Uint8Array> | null>;
}

/** Responds to GET or HEAD. Reads nothing for 304, 412, 416 and HEAD. */
export async function serveContent(c: RefusalContext, content: Content): Promise<Response> {
  const { etag, lastModified, size } = content;
  const headers = { ...content.headers, ETag: etag };
  const result = evaluateConditional(c.request, content);
  switch (result.kind) {
    case "unchanged":
      return new Response(null, { status: 304, headers });
    case "precondition failed":
      return refuse(c, 412, "The current version does not match the preconditions of the request.");
    case "range not satisfiable":
      return refuse(c, 416, `The range is not satisfiable: the content has ${size} bytes.`, {
        "Content-Range": `bytes */${size}`,
      });
  }
  const range = result.kind === "part" ? result.range : undefined;
  const isHead = c.request.method === "HEAD";
  const body = isHead ? null : await content.read(range);
  if (!body && !isHead) return refuse(c, 404, "There is nothing at this address.");
  return new Response(body, {
    status: range ? 206 : 200,
    headers: {
      ...headers,
      ...content.metadata,
      ...(lastModified !== undefined && { "Last-Modified": new Date(lastModified).toUTCString() }),
      ...(range && { "Content-Range": `bytes ${range.offset}-${range.offset + range.length - 1}/${size}` }),
      "Accept-Ranges": "bytes",
      "Content-Length": `${range?.length ?? size}`,
    },
    // Contents that are already compressed are sent unchanged.
    encodeBody: "Content-Encoding" in content.metadata ? "manual" : "automatic",
  });
}
