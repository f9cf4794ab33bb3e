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
 * Returns a stream of the same bytes, which fails with a `BodyTooLargeError` past the limit and cancels its source.
 *
 * @param maxBytes The limit.
 */
export function limitStream(source: ReadableStream<Uint8Array<ArrayBuffer>>, maxBytes: number): typeof source {
  const reader = source.getReader();
  let size = 0;
  return new ReadableStream(
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
}

/**
 * Returns a request whose body is counted as it arrives, whatever `Content-Length` says. Past the limit, every way of
 * reading it rejects with a `BodyTooLargeError`.
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
