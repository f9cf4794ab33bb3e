/** Bodies that are taken in while they arrive: their bytes are counted, whatever the head claims. */
import { sizeOf } from "../pages/size.ts";

/** What was wrong with a body, for the answer to whoever sent it. */
export class BodyError extends Error {
  override readonly name = "BodyError";
  readonly status: 400 | 413;

  /** @param detail For a person; nothing internal. */
  constructor(status: 400 | 413, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.status = status;
  }
}

/** Bytes that come piece by piece. */
export type Chunks = AsyncIterable<Uint8Array>;

/**
 * The chunks of a request's body. Who stops early cancels the rest.
 *
 * @param maxBytes The most that may come.
 * @throws {BodyError} 413 for one byte more; 400 where the body breaks off or has another length than it claims.
 */
export async function* readBody(request: Request, maxBytes: number): AsyncGenerator<Uint8Array, void, undefined> {
  let size = 0;
  try {
    for await (const chunk of request.body ?? []) {
      size += chunk.byteLength;
      if (size > maxBytes) throw new BodyError(413, `The body must not exceed ${sizeOf(maxBytes)}.`);
      yield chunk;
    }
  } catch (error) {
    throw error instanceof BodyError ? error : new BodyError(400, "The body broke off.", { cause: error });
  }
  const claimed = request.headers.get("Content-Length");
  if (claimed !== null && Number(claimed) !== size)
    throw new BodyError(400, `The body has ${size} bytes, and its Content-Length claims ${claimed}.`);
}

/**
 * Passes a part of a body on.
 *
 * @param maxBytes The most that it may have.
 * @param what What may have no more, for the error.
 * @throws {BodyError} 413 for one byte more.
 */
export async function* atMost(
  chunks: Chunks,
  maxBytes: number,
  what: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new BodyError(413, `${what} may have ${sizeOf(maxBytes)}.`);
    yield chunk;
  }
}
