/** Reads a request's JSON body, never holding more than its limit. */
import type { ValidationIssue } from "./context.ts";

/** The limit where neither the route nor the app sets one, in bytes. */
export const DEFAULT_MAX_BODY_BYTES = 1024 * 1024;

/** What a body holds, or why it could not be read. */
export interface JsonBody {
  readonly value?: unknown;
  readonly issue?: ValidationIssue;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

/**
 * Reads the body once: the bytes that arrive are counted, whatever `Content-Length` claims; UTF-8
 * is decoded fatally; nothing at all is `undefined`.
 *
 * @param maxBytes The most bytes to take; one more, and the rest of the stream is cancelled.
 */
export async function readJson({ body, headers }: Request, maxBytes: number): Promise<JsonBody> {
  if (!body) return {};
  const bytes = await readBytes(body, maxBytes, Number(headers.get("content-length")));
  if (!bytes) return failure("too_large", `The body is larger than ${maxBytes} bytes`);
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

/** The longest body that is read in one go, in bytes: a client can have as much reserved by declaring it. */
const READ_AT_ONCE = 64 * 1024;

/** @returns The bytes, or undefined where there are more than `maxBytes`. */
async function readBytes(body: ByteStream, maxBytes: number, declaredBytes: number): Promise<Bytes | undefined> {
  const isShort = declaredBytes > 0 && declaredBytes <= Math.min(maxBytes, READ_AT_ONCE);
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

/** The reader as the Streams standard has it; some type libraries lack `min`. */
interface ByobReader {
  read(view: Bytes, options: { readonly min: number }): Promise<{ readonly value?: Bytes | undefined }>;
  releaseLock(): void;
}

/**
 * Asks for the declared bytes and one more in a single read, which comes back shorter only at the
 * end of the stream: in workerd the cheapest way to read a body. So the declared length sizes the
 * buffer, and is not believed.
 *
 * @returns What came, the stream ready for more unless it is just what was declared; undefined
 * where the stream is no byte stream.
 */
async function readDeclared(body: ByteStream, declaredBytes: number): Promise<Bytes | undefined> {
  let reader: ByobReader;
  try {
    reader = body.getReader({ mode: "byob" });
  } catch {
    return undefined;
  }
  const room = declaredBytes + 1;
  const { value } = await reader.read(new Uint8Array(room), { min: room });
  if (value?.byteLength !== declaredBytes) reader.releaseLock();
  return value;
}
