/** Streamed bodies that are pulled: nothing is made before the client takes it. */

/**
 * A body from text that is made piece by piece. The next piece is asked for only when the one
 * before has been taken, and the generator is closed when the client leaves.
 */
export function pullText(pieces: AsyncGenerator<string, void, undefined>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await pieces.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value));
      },
      async cancel() {
        await pieces.return();
      },
    },
    { highWaterMark: 0 },
  );
}
