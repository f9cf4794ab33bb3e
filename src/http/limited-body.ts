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

/**
 * Returns a request whose body is counted as it arrives, whatever `Content-Length` says. Past the limit every way of
 * reading it rejects with a `BodyTooLargeError`, and the source is cancelled.
 *
 * @param maxBytes The limit.
 * @returns Another request with the same URL, headers and `cf`; the request itself if it has no body.
 */
export function limitBody(request: Request, maxBytes: number): Request {
  if (!request.body) return request;
  const reader = request.body.getReader();
  let size = 0;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        const { done, value } = await reader.read();
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
  return new Request(request, withDuplex(body));
}

/** Some type libraries lack `duplex`, which a body that is a stream needs (Fetch §5.4). */
function withDuplex(body: ReadableStream): RequestInit {
  return { body, duplex: "half" } as RequestInit;
}
