/** Reads a JSON request body up to a limit. */
import type { ValidationIssue } from "./context.ts";

/** The limit in bytes when neither the route nor the app sets one. */
export const DEFAULT_MAX_BODY_BYTES = 1024 * 1024;

/** The parsed body, or the issue that kept it from being parsed. Both are absent when the body is empty. */
export interface JsonBody {
  readonly value?: unknown;
  readonly issue?: ValidationIssue;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

/**
 * Reads a body once. The limit applies to the bytes that arrive, whatever `Content-Length` says.
 * Invalid UTF-8 is an issue, and so is invalid JSON; an empty body is `undefined`.
 *
 * @param maxBytes The limit. A body that exceeds it is an issue, and the rest of its stream is cancelled.
 */
export async function readJson(request: Request, maxBytes: number): Promise<JsonBody> {
  const declaredBytes = Number(request.headers.get("content-length"));
  const isShort = declaredBytes > 0 && declaredBytes <= Math.min(maxBytes, MAX_SINGLE_READ_BYTES);
  const bytes = isShort ? await request.arrayBuffer() : await readChunks(request.body, maxBytes);
  if (!bytes || bytes.byteLength > maxBytes) return failure("too_large", `The body must not exceed ${maxBytes} bytes`);
  if (bytes.byteLength === 0) return {};
  let text: string | undefined;
  try {
    text = utf8.decode(bytes);
    return { value: JSON.parse(text) };
  } catch {
    return text === undefined ? failure("invalid_utf8", "Invalid UTF-8") : failure("invalid_json", "Invalid JSON");
  }
}

function failure(code: string, message: string): JsonBody {
  return { issue: { part: "body", path: [], message, code } };
}

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * The largest declared length, in bytes, of a body that is read at once and then counted, which is the cheapest way in
 * workerd. An HTTP server delivers no more than the declared length. A request made by code may carry more, for example
 * a decompressed body; it is read whole before it is refused. That is why the length must be short.
 */
const MAX_SINGLE_READ_BYTES = 16 * 1024;

/** @returns The bytes, or undefined if there are more than `maxBytes`. */
async function readChunks(body: ReadableStream<Bytes> | null, maxBytes: number): Promise<Bytes | undefined> {
  if (!body) return new Uint8Array();
  const chunks: Bytes[] = [];
  let size = 0;
  const reader = body.getReader();
  while (size <= maxBytes) {
    const { done, value } = await reader.read();
    if (done) return chunks.length === 1 ? chunks[0] : new Uint8Array(await new Blob(chunks).arrayBuffer());
    size += value.byteLength;
    chunks.push(value);
  }
  reader.cancel().catch(() => {});
  return undefined;
}
