/** Streamed responses that are pulled: nothing is made before the client takes it. */

import { logFailure } from "../app/log.ts";

/** A piece of a body; text is sent as UTF-8. */
export type Chunk = string | Uint8Array;

/**
 * A response whose body is made piece by piece. The next piece is asked for only when the one before
 * has been taken, so a slow client holds up its own producer and nothing is kept for it.
 *
 * @param pull Makes the pieces. When the client leaves, the signal is aborted and the generator closed: its `finally` runs
 *   at the next `yield`, or as soon as what it awaits has settled, which the signal can hasten.
 */
export function stream(
  pull: (signal: AbortSignal) => AsyncGenerator<Chunk, void, undefined>,
  init: ResponseInit = {},
): Response {
  const gone = new AbortController();
  const pieces = pull(gone.signal);
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await pieces.next().catch((error) => {
          // The status has gone out: all that is left is to break off.
          logFailure("A streamed response broke off", error);
          throw error;
        });
        if (done) controller.close();
        else controller.enqueue(typeof value === "string" ? encoder.encode(value) : value);
      },
      async cancel() {
        gone.abort();
        await pieces.return();
      },
    },
    // Not even one piece ahead.
    { highWaterMark: 0 },
  );
  return new Response(body, init);
}
