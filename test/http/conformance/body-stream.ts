/** Bodies that tell how they were read. */

/** A body and what happened to it. */
export interface WatchedBody {
  readonly stream: ReadableStream<Uint8Array>;
  /** How many times a chunk was asked for. */
  pulls: number;
  cancelled: boolean;
}

/** A body of the given chunks, each made only when it is asked for. */
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

/** A byte stream, which can be read into a buffer of the reader's own. @param onRoom Told how large that is. */
export function byteStream(
  chunks: Iterable<Uint8Array<ArrayBuffer>>,
  onRoom: (bytes: number) => void = () => {},
): ReadableStream<Uint8Array> {
  const iterator = chunks[Symbol.iterator]();
  return new ReadableStream({
    type: "bytes",
    pull(controller: ReadableByteStreamController) {
      onRoom(controller.byobRequest?.view?.byteLength ?? 0);
      const { done, value } = iterator.next();
      if (!done) return controller.enqueue(value);
      controller.close();
      controller.byobRequest?.respond(0);
    },
  });
}

/** A text as UTF-8, in chunks of at most `size` bytes. */
export function* chunksOf(text: string, size: number): Generator<Uint8Array<ArrayBuffer>> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.byteLength; at += size) yield bytes.slice(at, at + size);
}

/** Zeros without end, a chunk of `size` bytes at a time. */
export function* endless(size: number): Generator<Uint8Array<ArrayBuffer>> {
  while (true) yield new Uint8Array(size);
}
