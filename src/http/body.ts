/** Reads a JSON request body without ever buffering more than its limit. */
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
export async function readJson({ body, headers }: Request, maxBytes: number): Promise<JsonBody> {
  if (!body) return {};
  const bytes = await readBytes(body, maxBytes, Number(headers.get("content-length")));
  if (!bytes) return failure("too_large", `The body must not exceed ${maxBytes} bytes`);
  if (bytes.byteLength === 0) return {};
  let failed = failure("invalid_utf8", "Invalid UTF-8");
  try {
    const text = utf8.decode(bytes);
    failed = failure("invalid_json", "Invalid JSON");
    return { value: JSON.parse(text) };
  } catch {
    return failed;
  }
}

function failure(code: string, message: string): JsonBody {
  return { issue: { part: "body", path: [], message, code } };
}

type Bytes = Uint8Array<ArrayBuffer>;
type ByteStream = ReadableStream<Bytes>;

/** The largest body, in bytes, that is read in one go. A client can make us allocate this much by declaring it. */
const MAX_SINGLE_READ_BYTES = 64 * 1024;

/** @returns The bytes, or undefined if there are more than `maxBytes`. */
async function readBytes(body: ByteStream, maxBytes: number, declaredBytes: number): Promise<Bytes | undefined> {
  const isShort = declaredBytes > 0 && declaredBytes <= Math.min(maxBytes, MAX_SINGLE_READ_BYTES);
  const first = Number.isInteger(declaredBytes) && isShort ? await readDeclared(body, declaredBytes) : undefined;
  if (first?.byteLength === declaredBytes) return first;
  const chunks = first ? [first] : [];
  let size = first?.byteLength ?? 0;
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

/** The reader as the Streams standard defines it. Some type libraries lack `min`. */
interface ByobReader {
  read(view: Bytes, options: { readonly min: number }): Promise<{ readonly value?: Bytes | undefined }>;
  releaseLock(): void;
}

/**
 * Requests the declared number of bytes plus one in a single read, which returns fewer only at the
 * end of the stream. This is the cheapest way to read a body in workerd. The declared length only
 * sizes the buffer; it is not trusted.
 *
 * @returns The bytes read, or undefined if the stream is not a byte stream. Unless their number is
 * the declared one, the stream has been released for further reading.
 */
async function readDeclared(body: ByteStream, declaredBytes: number): Promise<Bytes | undefined> {
  let reader: ByobReader;
  try {
    reader = body.getReader({ mode: "byob" });
  } catch {
    return undefined;
  }
  const size = declaredBytes + 1;
  const { value } = await reader.read(new Uint8Array(size), { min: size });
  if (value?.byteLength !== declaredBytes) reader.releaseLock();
  return value;
}
