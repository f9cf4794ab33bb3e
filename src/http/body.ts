/** Reads a JSON request body up to a limit. */
import type { ValidationIssue } from "./context.ts";
import { BodyTooLargeError, limitStream, readInTime } from "./limited-body.ts";

/** The limit in bytes when neither the route nor the app sets one. */
export const DEFAULT_MAX_BODY_BYTES = 1024 * 1024;

/** The parsed body, or the issue that kept it from being parsed. Both are absent when the body is empty. */
export interface JsonBody {
  readonly value?: unknown;
  readonly issue?: ValidationIssue;
}

/**
 * The largest declared length, in bytes, of a body that is read at once and then counted, which is the cheapest way in
 * workerd. An HTTP server delivers no more than the declared length. A request made by code may carry more, for example
 * a decompressed body; it is read whole before it is refused. That is why the length must be short.
 */
const MAX_SINGLE_READ_BYTES = 16 * 1024;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

/**
 * Reads a body once. The limit applies to the bytes that arrive, whatever `Content-Length` says.
 * Invalid UTF-8 is an issue, and so is invalid JSON; an empty body is `undefined`.
 *
 * @param maxBytes The limit. A body that exceeds it is an issue, and the rest of its stream is cancelled.
 * @throws BodyTimeoutError if the client stops sending.
 */
export async function readJson(request: Request, maxBytes: number): Promise<JsonBody> {
  const bytes = await readBytes(request, maxBytes);
  if (!bytes) return failure("too_large", `The body must not exceed ${maxBytes} bytes`);
  if (bytes.byteLength === 0) return {};
  let text: string | undefined;
  try {
    text = utf8.decode(bytes);
    return { value: JSON.parse(text) };
  } catch {
    return text === undefined ? failure("invalid_utf8", "Invalid UTF-8") : failure("invalid_json", "Invalid JSON");
  }
}

/** @returns Undefined if there are more than `maxBytes`. */
async function readBytes(request: Request, maxBytes: number): Promise<ArrayBuffer | undefined> {
  const { body, headers } = request;
  if (!body) return new ArrayBuffer(0);
  const declaredBytes = Number(headers.get("content-length"));
  const isShort = declaredBytes > 0 && declaredBytes <= Math.min(maxBytes, MAX_SINGLE_READ_BYTES);
  try {
    const bytes = await (isShort
      ? readInTime(request.arrayBuffer())
      : new Response(limitStream(body, maxBytes)).arrayBuffer());
    return bytes.byteLength > maxBytes ? undefined : bytes;
  } catch (error) {
    if (error instanceof BodyTooLargeError) return undefined;
    throw error;
  }
}

function failure(code: string, message: string): JsonBody {
  return { issue: { part: "body", path: [], message, code } };
}
