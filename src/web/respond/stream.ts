/** Streamed responses, produced only as fast as the client reads. */
import { logFailure } from "../app/log.ts";

/** A chunk of a body. Strings are sent as UTF-8. */
export type Chunk = string | Uint8Array;

/**
 * Creates a response whose body comes from a generator. Each chunk is requested only after the client has taken the one
 * before, so nothing is buffered for a slow client.
 *
 * @param pull Generates the chunks. When the client disconnects, the signal is aborted and the generator is closed: its
 *   `finally` runs at the next `yield`, or when a pending `await` settles, which the signal can hasten.
 */
export function stream(
  pull: (signal: AbortSignal) => AsyncGenerator<Chunk, void, undefined>,
  init: ResponseInit = {},
): Response {
  const disconnected = new AbortController();
  const chunks = pull(disconnected.signal);
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next().catch((error) => {
          // The status has already been sent, so the only option is to abort.
          logFailure("A streamed response was aborted", error);
          throw error;
        });
        if (done) controller.close();
        else controller.enqueue(typeof value === "string" ? encoder.encode(value) : value);
      },
      async cancel() {
        disconnected.abort();
        await chunks.return();
      },
    },
    // Do not request a chunk in advance.
    { highWaterMark: 0 },
  );
  return new Response(body, init);
}
