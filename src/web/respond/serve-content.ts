/** Answers with bytes that are stored somewhere: whole, a range of them, or only that they are the same still. */
import { type ByteRange, evaluateConditional, type Representation } from "../caching/conditional.ts";
import { type RefusalContext, refuse } from "./refuse.ts";

/** Stored bytes and how they are to be sent. */
export interface Content extends Representation {
  /** Headers of every answer about it, such as `Cache-Control`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Headers that describe the bytes, such as `Content-Type`. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Reads them, all without a range; null where they have just been removed. */
  read(range?: ByteRange): Promise<ReadableStream<Uint8Array> | null>;
}

/** To a GET or HEAD by RFC 9110. Nothing is read for 304, 412, 416 and HEAD. */
export async function serveContent(c: RefusalContext, content: Content): Promise<Response> {
  const { etag, lastModified, size } = content;
  const headers = { ...content.headers, ETag: etag };
  const wanted = evaluateConditional(c.request, content);
  switch (wanted.kind) {
    case "unchanged":
      return new Response(null, { status: 304, headers });
    case "precondition failed":
      return refuse(c, 412, "This is not the version that you named.");
    case "range not satisfiable":
      return refuse(c, 416, `There are ${size} bytes.`, { "Content-Range": `bytes */${size}` });
  }
  const range = wanted.kind === "part" ? wanted.range : undefined;
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
    // What is compressed already is sent as it is.
    encodeBody: "Content-Encoding" in content.metadata ? "manual" : "automatic",
  });
}
