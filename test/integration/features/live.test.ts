/** The live feed over the wire: clients that leave. */
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { CLOSES, closeSocket, PROMPT_MS } from "../closing.ts";
import { sendHead } from "../socket.ts";
import { type RunningWorker, startWorker } from "../worker.ts";

const SLOW = { timeout: 90_000 };

let worker: RunningWorker;
let url: URL;
beforeAll(async () => {
  worker = await startWorker();
  url = await worker.url();
});
afterAll(() => worker.stop());

test("a client that hangs up stops the sampling of the feed", SLOW, async () => {
  const lastIdOf = async (lastEventId: string[]) => {
    const socket = await sendHead(url, "/events", lastEventId);
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk;
    });
    await vi.waitFor(() => expect(text.match(/^id: /gm)?.length ?? 0).toBeGreaterThanOrEqual(8), SLOW);
    socket.resetAndDestroy();
    return [...text.matchAll(/^id: (\w+-(\d+))$/gm)].map(([, id = "", number]) => ({ id, number: Number(number) }));
  };
  const first = await lastIdOf([]);
  await wait(5_000);
  // What the feed has made meanwhile would come at once; and it goes on only now.
  const last = first.at(-1);
  const then = await lastIdOf([`Last-Event-ID: ${last?.id}`]);
  expect(then.map(({ number }) => number)).toEqual(then.map((_, n) => (last?.number ?? 0) + 1 + n));
  expect(then.length).toBeLessThan(4 * 5);
});

test("a server-sent stream ends its head at once, and is not compressed or kept", async () => {
  const response = await fetch(new URL("/events", url));
  expect(response.headers.get("Cache-Control")).toBe("no-store, no-transform");
  expect(response.headers.get("Content-Encoding")).toBeNull();
  expect(response.headers.get("X-Request-Id")).toMatch(/^[\w-]{8,64}$/);
  await response.body?.cancel();
});

test.each(CLOSES)(
  "a client of the data stream that closes with %o is answered at once, with the same",
  async (status) => {
    const { answer, ms } = await closeSocket(url, "/ws/data-stream", [], status);
    expect(answer).toEqual(status);
    expect(ms).toBeLessThan(PROMPT_MS);
  },
);
