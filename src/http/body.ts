/** Reads a request's JSON body, never holding more than its limit. */
import type { ValidationIssue } from "./context.ts";

/** The limit where neither the route nor the app sets one, in bytes. */
export const DEFAULT_MAX_BODY_BYTES = 1024 * 1024;

/** A body that was read, or why it could not be. */
export type BodyResult =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly issue: ValidationIssue };

/**
 * Reads the body once: the bytes that arrive are counted, whatever `Content-Length` claims; UTF-8
 * is decoded fatally; nothing at all is `undefined`.
 *
 * @param maxBytes The most bytes to take; one more, and the rest of the stream is cancelled.
 */
export async function readJson(request: Request, maxBytes: number): Promise<BodyResult> {
  if (!request.body) return { ok: true, value: undefined };
  const bytes = await readBytes(request.body, maxBytes, Number(request.headers.get("content-length")));
  if (!bytes) return failure("too_large", `The body is larger than ${maxBytes} bytes`);
  if (bytes.byteLength === 0) return { ok: true, value: undefined };
  return parse(bytes);
}

function parse(bytes: Uint8Array): BodyResult {
  const text = decodeUtf8(bytes);
  if (text === undefined) return failure("invalid_utf8", "The body is not valid UTF-8");
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return failure("invalid_json", "Invalid JSON");
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

function failure(code: string, message: string): BodyResult {
  return { ok: false, issue: { part: "body", path: [], message, code } };
}

/** @returns The bytes, or undefined where there are more than `maxBytes`. */
async function readBytes(
  body: ReadableStream<Uint8Array>,
  maxBytes: number,
  declaredBytes: number,
): Promise<Uint8Array | undefined> {
  if (!Number.isSafeInteger(declaredBytes) || declaredBytes <= 0) return drain(body, maxBytes, []);
  const first = await readOnce(body, Math.min(declaredBytes, maxBytes) + 1);
  return first?.byteLength === declaredBytes ? first : drain(body, maxBytes, first ? [first] : []);
}

/**
 * Asks for `size` bytes in a single read, which comes back shorter only at the end of the stream.
 * In workerd that is the cheapest way to read a body: the declared length sizes the buffer, and
 * since one byte more is asked for, it is not believed.
 *
 * @returns What came, or undefined where the stream is no byte stream.
 */
async function readOnce(body: ReadableStream<Uint8Array>, size: number): Promise<Uint8Array | undefined> {
  const reader = openByob(body);
  if (!reader) return undefined;
  const { value } = await reader.read(new Uint8Array(size), { min: size });
  reader.releaseLock();
  return value;
}

/** The reader as the Streams standard has it; some type libraries lack `min`. */
interface ByobReader {
  read(view: Uint8Array<ArrayBuffer>, options: { readonly min: number }): Promise<{ readonly value?: Uint8Array | undefined }>;
  releaseLock(): void;
}

function openByob(body: ReadableStream<Uint8Array>): ByobReader | undefined {
  try {
    return body.getReader({ mode: "byob" });
  } catch {
    return undefined;
  }
}

async function drain(
  body: ReadableStream<Uint8Array>,
  maxBytes: number,
  chunks: Uint8Array[],
): Promise<Uint8Array | undefined> {
  const reader = body.getReader();
  let size = chunks[0]?.byteLength ?? 0;
  while (size <= maxBytes) {
    const { done, value } = await reader.read();
    if (done) return concat(chunks, size);
    size += value.byteLength;
    chunks.push(value);
  }
  reader.cancel().catch(() => {});
  return undefined;
}

function concat(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const [only] = chunks;
  if (only && chunks.length === 1) return only;
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}
