/** Pipes blocks of a known total length into a write, with a deadline for each step instead of the whole. */
import { WRITE_DEADLINE_MS, withDeadline } from "../../web/platform/transient.ts";
import { BodyError } from "./body.ts";

/** Waits for a step of a write. @throws DeadlineError if the step takes too long. */
export type Step = <T>(step: Promise<T>) => Promise<T>;

/**
 * Passes each block on when the write is ready for it. So the write lasts as long as its source, and at most one block
 * is in memory. If anything fails, the stream is aborted, which makes the write fail.
 *
 * @param length The total length of the blocks in bytes, which R2 must know. Bytes beyond it are read and dropped, so
 * the source must throw if its length differs.
 * @param send Starts the write.
 * @param inTime Bounds each wait for the write. Waiting for a block is not bounded.
 * @throws {BodyError} The error of the blocks, if the write has ended in time. DeadlineError if it has not, or if a
 * step takes too long. Any other error of the blocks or the write.
 */
export async function pipeBlocks<T>(
  blocks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  length: number,
  send: (body: ReadableStream<Uint8Array>) => Promise<T>,
  inTime: Step,
): Promise<T> {
  const { readable, writable } = new FixedLengthStream(length);
  const writer = writable.getWriter();
  let rest = length;
  const sent = send(readable);
  const failure = sent.then(() => new Promise<never>(() => {}));
  for (const unused of [writer.closed, failure]) unused.catch(() => {});
  try {
    for await (const block of blocks) {
      rest -= block.byteLength;
      if (rest >= 0) await inTime(Promise.race([writer.write(block), failure]));
    }
    await inTime(Promise.race([writer.close(), failure]));
    return await inTime(sent);
  } catch (error) {
    writer.abort(error).catch(() => {});
    const ended = sent.then(
      () => {},
      () => {},
    );
    if (error instanceof BodyError) await withDeadline(ended, WRITE_DEADLINE_MS);
    throw error;
  }
}
