/** Looks for marks in chunks, wherever the chunks are cut, and holds no more than a mark of them. */
import { Buffer } from "node:buffer";
import { BodyError, type Chunks } from "../../web/request/body.ts";

export interface Scanner {
  /**
   * What comes before the mark, which is taken, too.
   *
   * @param mark ASCII.
   * @param orEnd Whether the end will do as well.
   * @throws {BodyError} 400 at the end.
   */
  until(mark: string, orEnd?: boolean): AsyncGenerator<Uint8Array, void, undefined>;
  /** Whether this comes next; it stays. */
  startsWith(mark: string): Promise<boolean>;
  skipRest(): Promise<void>;
  /** Cancels what is left. */
  close(): Promise<void>;
}

/** @param before What comes before the chunks. */
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
    async *until(mark, orEnd = false) {
      for (;;) {
        const found = buffer.indexOf(mark);
        // What cannot be the beginning of the mark goes on at once.
        const end = found === -1 ? Math.max(0, buffer.byteLength - mark.length + 1) : found;
        const before = buffer.subarray(0, end);
        buffer = buffer.subarray(found === -1 ? end : end + mark.length);
        if (before.byteLength > 0) yield before;
        if (found !== -1) return;
        if (await readOn()) continue;
        if (!orEnd) throw new BodyError(400, "The body ends in the middle of a part.");
        yield buffer;
        return;
      }
    },
    async startsWith(mark) {
      while (buffer.byteLength < mark.length && (await readOn()));
      return buffer.subarray(0, mark.length).toString("latin1") === mark;
    },
    async skipRest() {
      while (!(await source.next()).done);
    },
    async close() {
      await source.return?.().catch(() => {});
    },
  };
}
