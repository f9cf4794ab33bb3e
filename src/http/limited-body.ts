/** Limits the body of a request that the handler reads itself. */

/** The error with which a body rejects once more than its limit has arrived. */
export class BodyTooLargeError extends Error {
  override readonly name = "BodyTooLargeError";
  /** The limit in bytes. */
  readonly maxBytes: number;

  constructor(maxBytes: number) {
    super(`The body must not exceed ${maxBytes} bytes`);
    this.maxBytes = maxBytes;
  }
}

/** The longest pause, in milliseconds, that a body may make before its next byte. */
export const MAX_PAUSE_MS = 30_000;

/** The error with which a body rejects if no byte arrives for `MAX_PAUSE_MS`. The rest of it has been cancelled. */
export class BodyTimeoutError extends Error {
  override readonly name = "BodyTimeoutError";

  constructor() {
    super(`No byte of the body arrived for ${MAX_PAUSE_MS / 1000} seconds`);
  }
}

/**
 * @param cancel Cancels the source if the read takes longer than `MAX_PAUSE_MS`. @throws BodyTimeoutError if the read
 * takes longer than that.
 */
export function readInTime<T>(read: Promise<T>, cancel?: (reason: Error) => Promise<void>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      const error = new BodyTimeoutError();
      reject(error);
      cancel?.(error).catch(() => {});
    }, MAX_PAUSE_MS);
    read.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/**
 * Yields the chunks of a body as they arrive. A consumer that stops early cancels the rest.
 *
 * @throws BodyTimeoutError
 */
export async function* readChunks<T extends Uint8Array>(body: ReadableStream<T>): AsyncGenerator<T, void, undefined> {
  const reader = body.getReader();
  let isStopped = false;
  try {
    for (;;) {
      const { done, value } = await readInTime(reader.read(), (reason) => reader.cancel(reason));
      if (done) return;
      isStopped = true;
      yield value;
      isStopped = false;
    }
  } finally {
    if (isStopped) await reader.cancel().catch(() => {});
  }
}

/**
 * Returns a stream of the same bytes, which fails with a `BodyTooLargeError` past the limit, or with a
 * `BodyTimeoutError` after too long a pause, and then cancels its source.
 *
 * @param maxBytes The limit.
 */
export function limitStream(source: ReadableStream<Uint8Array<ArrayBuffer>>, maxBytes: number): typeof source {
  const reader = source.getReader();
  let size = 0;
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await readInTime(reader.read(), (reason) => reader.cancel(reason));
        if (done) return controller.close();
        size += value.byteLength;
        if (size <= maxBytes) return controller.enqueue(value);
        controller.error(new BodyTooLargeError(maxBytes));
        reader.cancel().catch(() => {});
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

/**
 * Returns a request whose body is counted as it arrives, whatever `Content-Length` says. Past the limit, every way of
 * reading it rejects with a `BodyTooLargeError`, and after too long a pause with a `BodyTimeoutError`.
 *
 * @param maxBytes The limit.
 * @returns Another request with the same URL, headers and `cf`; the request itself if it has no body. A body of GET or
 *   HEAD, which only some servers pass on, is dropped: it has no meaning (RFC 9110 §9.3.1), and `Request` refuses it.
 */
export function limitBody(request: Request, maxBytes: number): Request {
  const { method, url, headers, body } = request;
  if (!body) return request;
  if (method !== "GET" && method !== "HEAD") return new Request(request, withDuplex(limitStream(body, maxBytes)));
  body.cancel().catch(() => {});
  return new Request(url, { method, headers, ...("cf" in request && { cf: request.cf }) });
}

/** Some type libraries lack `duplex`, which a body that is a stream needs (Fetch §5.4). */
function withDuplex(body: ReadableStream): RequestInit {
  return { body, duplex: "half" } as RequestInit;
}
