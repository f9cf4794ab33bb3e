/** Reads bodies in chunks and counts their bytes, whatever the headers claim. */
import { sizeOf } from "../../web/pages/size.ts";
import { bodyOf } from "../../web/request/whole-body.ts";

/** A body that the client must correct: too large, cut off, malformed or encoded. */
export class BodyError extends Error {
  override readonly name = "BodyError";
  readonly status: 400 | 413 | 415;

  /** @param detail Describes the error to a person, without internals. */
  constructor(status: 400 | 413 | 415, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.status = status;
  }
}

/** The bytes of a body, in pieces. */
export type Chunks = AsyncIterable<Uint8Array>;

/**
 * The chunks of a request's body. A consumer that stops early cancels the rest.
 *
 * @throws {BodyError} 413 for more than `maxBytes`; 400 for a body that is cut off or differs from its Content-Length.
 */
export async function* readBody(request: Request, maxBytes: number): AsyncGenerator<Uint8Array, void, undefined> {
  const body = bodyOf(request);
  let size = 0;
  try {
    for await (const chunk of body) {
      size += chunk.byteLength;
      if (size > maxBytes) throw new BodyError(413, `The body must not exceed ${sizeOf(maxBytes)}.`);
      yield chunk;
    }
  } catch (error) {
    throw error instanceof BodyError ? error : new BodyError(400, "The body was cut off.", { cause: error });
  }
  const claimed = request.headers.get("Content-Length");
  if (claimed !== null && Number(claimed) !== size)
    throw new BodyError(400, `The body has ${size} bytes, but its Content-Length is ${claimed}.`);
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
