/** Request bodies that record how they were read. */

/** A body, and a record of how it was read. */
export interface WatchedBody {
  readonly stream: ReadableStream<Uint8Array>;
  /** The number of times that a chunk was requested. */
  pulls: number;
  cancelled: boolean;
}

/** A body of the given chunks, each produced only when it is requested. */
export function watched(chunks: Iterable<Uint8Array<ArrayBuffer>>, onPull: () => void = () => {}): WatchedBody {
  const iterator = chunks[Symbol.iterator]();
  const source: UnderlyingSource<Uint8Array> = {
    pull(controller) {
      body.pulls++;
      onPull();
      const { done, value } = iterator.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel() {
      body.cancelled = true;
    },
  };
  const body: WatchedBody = { stream: new ReadableStream(source, { highWaterMark: 0 }), pulls: 0, cancelled: false };
  return body;
}

/** A byte stream, which a BYOB reader can read. @param onRead Called with the size of the reader's buffer. */
export function byteStream(
  chunks: Iterable<Uint8Array<ArrayBuffer>>,
  onRead: (bytes: number) => void = () => {},
): ReadableStream<Uint8Array> {
  const iterator = chunks[Symbol.iterator]();
  return new ReadableStream({
    type: "bytes",
    pull(controller: ReadableByteStreamController) {
      onRead(controller.byobRequest?.view?.byteLength ?? 0);
      const { done, value } = iterator.next();
      if (!done) return controller.enqueue(value);
      controller.close();
      controller.byobRequest?.respond(0);
    },
  });
}

/** A text encoded as UTF-8, in chunks of at most `size` bytes. */
export function* chunksOf(text: string, size: number): Generator<Uint8Array<ArrayBuffer>> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.byteLength; at += size) yield bytes.slice(at, at + size);
}

/** An endless sequence of chunks of `size` zero bytes. */
export function* endless(size: number): Generator<Uint8Array<ArrayBuffer>> {
  while (true) yield new Uint8Array(size);
}
