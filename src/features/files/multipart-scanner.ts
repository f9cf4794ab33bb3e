/** Finds markers in chunks, across chunk boundaries, buffering no more than one chunk and a marker. */
import { Buffer } from "node:buffer";
import { BodyError, type Chunks } from "./body.ts";

export interface Scanner {
  /**
   * Yields the bytes before the next marker, and skips the marker.
   *
   * @param marker ASCII.
   * @param orEnd Whether the end of the chunks counts as the marker.
   * @throws {BodyError} 400 if the chunks end before the marker.
   */
  until(marker: string, orEnd?: boolean): AsyncGenerator<Uint8Array, void, undefined>;
  /** Whether the marker comes next. Consumes nothing. */
  startsWith(marker: string): Promise<boolean>;
  skipRest(): Promise<void>;
  /** Cancels the remaining chunks. */
  close(): Promise<void>;
}

/** @param before Text to scan before the chunks. */
export function createScanner(chunks: Chunks, before: string): Scanner {
  const source = chunks[Symbol.asyncIterator]();
  let buffer = Buffer.from(before);

  /** @returns False at the end. */
  async function readOn(): Promise<boolean> {
    const { done, value } = await source.next();
    if (done) return false;
    buffer = Buffer.concat([buffer, value]);
    return true;
  }

  return {
    async *until(marker, orEnd = false) {
      for (;;) {
        const found = buffer.indexOf(marker);
        // Bytes that cannot begin the marker are passed on at once.
        const end = found === -1 ? Math.max(0, buffer.byteLength - marker.length + 1) : found;
        const before = buffer.subarray(0, end);
        buffer = buffer.subarray(found === -1 ? end : end + marker.length);
        if (before.byteLength > 0) yield before;
        if (found !== -1) return;
        if (await readOn()) continue;
        if (!orEnd) throw new BodyError(400, "The body ends in the middle of a part.");
        yield buffer;
        return;
      }
    },
    async startsWith(marker) {
      while (buffer.byteLength < marker.length && (await readOn()));
      return buffer.subarray(0, marker.length).toString("latin1") === marker;
    },
    async skipRest() {
      while (!(await source.next()).done);
    },
    async close() {
      await source.return?.().catch(() => {});
    },
  };
}
