/** Reads bodies in chunks and counts their bytes, whatever the headers claim. */
import { BodyTimeoutError } from "../../http/index.ts";
import { sizeOf } from "../../web/pages/size.ts";
import { bodyOf } from "../../web/request/whole-body.ts";
import type { UploadSlot } from "./upload-slots.ts";

/** A body that the client must correct: too large, too slow, cut off, malformed or encoded. */
export class BodyError extends Error {
  override readonly name = "BodyError";
  readonly status: 400 | 408 | 413 | 415;

  /** @param detail Describes the error to a person, without internals. */
  constructor(status: 400 | 408 | 413 | 415, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.status = status;
  }
}

/** The bytes of a body, in pieces. */
export type Chunks = AsyncIterable<Uint8Array>;

/**
 * The length in bytes that a request declares for its body. The body may differ.
 *
 * @returns Undefined for a body that is sent in chunks.
 */
export function declaredLengthOf({ headers }: Request): number | undefined {
  const declared = headers.get("Content-Length");
  return declared === null ? undefined : Number(declared);
}

/** The lowest rate, in bytes per second, at which a body may arrive, and the seconds after which it counts. */
export const MIN_RATE = 1024;
export const RATE_GRACE_SECONDS = 30;

/**
 * The chunks of a request's body. A consumer that stops early cancels the rest.
 *
 * @param slot Is touched for each chunk.
 * @throws {BodyError} 413 for more than `maxBytes`; 408 if the client stops sending, or sends too slowly; 400 for a body that is cut off or
 * differs from its Content-Length.
 */
export async function* readBody(
  request: Request,
  maxBytes: number,
  slot: Pick<UploadSlot, "touch">,
): AsyncGenerator<Uint8Array, void, undefined> {
  const body = bodyOf(request);
  const declared = declaredLengthOf(request);
  let size = 0;
  // Only the time that the client takes, without that of storage.
  let waitedMs = 0;
  let askedAt = Date.now();
  try {
    for await (const chunk of body) {
      waitedMs += Date.now() - askedAt;
      size += chunk.byteLength;
      if (isTooSlow(size, waitedMs / 1000))
        throw new BodyError(408, `The body must arrive at ${MIN_RATE} bytes per second or more.`);
      slot.touch();
      if (size > maxBytes) throw new BodyError(413, `The body must not exceed ${sizeOf(maxBytes)}.`);
      yield chunk;
      askedAt = Date.now();
    }
  } catch (error) {
    if (error instanceof BodyError) throw error;
    if (error instanceof BodyTimeoutError) throw new BodyError(408, `${error.message}.`, { cause: error });
    throw new BodyError(400, "The body was cut off.", { cause: error });
  }
  if (declared !== undefined && size !== declared)
    throw new BodyError(400, `The body has ${size} bytes, but its Content-Length is ${declared}.`);
}

/** Whether a client holds its upload slot for longer than its bytes need. */
function isTooSlow(bytes: number, seconds: number): boolean {
  return seconds > RATE_GRACE_SECONDS && bytes < seconds * MIN_RATE;
}

/**
 * Passes chunks on.
 *
 * @param subject The subject of the error message, such as "A file".
 * @throws {BodyError} 413 for more than `maxBytes`.
 */
export async function* atMost(
  chunks: Chunks,
  maxBytes: number,
  subject: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new BodyError(413, `${subject} must not exceed ${sizeOf(maxBytes)}.`);
    yield chunk;
  }
}
