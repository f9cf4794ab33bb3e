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

/** @returns The bytes, or undefined where there are more than `maxBytes`. */
async function readBytes(body: ByteStream, maxBytes: number, declaredBytes: number): Promise<Bytes | undefined> {
  const isDeclared = Number.isSafeInteger(declaredBytes) && declaredBytes > 0;
  const first = isDeclared ? await readOnce(body, Math.min(declaredBytes, maxBytes) + 1) : undefined;
  if (first?.byteLength === declaredBytes && declaredBytes <= maxBytes) return first;
  const chunks = first ? [first] : [];
  const reader = body.getReader();
  let size = first?.byteLength ?? 0;
  while (size <= maxBytes) {
    const { done, value } = await reader.read();
    if (done) return chunks.length === 1 ? chunks[0] : new Uint8Array(await new Blob(chunks).arrayBuffer());
    size += value.byteLength;
    chunks.push(value);
  }
  reader.cancel().catch(() => {});
  return undefined;
}

type Bytes = Uint8Array<ArrayBuffer>;
type ByteStream = ReadableStream<Bytes>;

/** The reader as the Streams standard has it; some type libraries lack `min`. */
interface ByobReader {
  read(view: Bytes, options: { readonly min: number }): Promise<{ readonly value?: Bytes | undefined }>;
  releaseLock(): void;
}

/**
 * Asks for `size` bytes in a single read, which comes back shorter only at the end of the stream.
 * In workerd that is the cheapest way to read a body: the declared length sizes the buffer, and
 * since one byte more is asked for, it is not believed.
 *
 * @returns What came, or undefined where the stream is no byte stream.
 */
async function readOnce(body: ByteStream, size: number): Promise<Bytes | undefined> {
  let reader: ByobReader;
  try {
    reader = body.getReader({ mode: "byob" });
  } catch {
    return undefined;
  }
  const { value } = await reader.read(new Uint8Array(size), { min: size });
  reader.releaseLock();
  return value;
}
