/** The live feed with the package @microsoft/fetch-event-source, which reports an event at each empty line. */
import { type EventSourceMessage, fetchEventSource } from "@microsoft/fetch-event-source";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { newAddress } from "../../client.ts";
import { type RunningWorker, startWorker } from "../../worker.ts";

let worker: RunningWorker;
beforeAll(async () => {
  worker = await startWorker();
});
afterAll(() => worker.stop());

// It is made for browsers: it uses timers of the window, and listens to the document.
beforeEach(() => void vi.stubGlobal("window", globalThis).stubGlobal("document", new EventTarget()));
afterEach(() => void vi.unstubAllGlobals());

test("no event is empty, neither at the beginning nor at the heartbeat", async () => {
  const ended = new AbortController();
  const messages: EventSourceMessage[] = [];
  let received = "";
  const feed = fetchEventSource(new URL("/events", await worker.url()).href, {
    openWhenHidden: true,
    headers: newAddress(),
    signal: ended.signal,
    async fetch(...args) {
      const response = await fetch(...args);
      const watched = new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          received += new TextDecoder().decode(chunk);
          controller.enqueue(chunk);
        },
      });
      return new Response(response.body?.pipeThrough(watched), response);
    },
    onmessage: (message) => void messages.push(message),
  });
  const heartbeat = /^: heartbeat\n(?=.)/m;
  await vi.waitFor(() => expect(received).toMatch(heartbeat), { timeout: 25_000, interval: 100 });
  ended.abort();
  await feed;
  expect(messages.length).toBeGreaterThan(50);
  expect(messages.filter(({ id, data }) => id === "" || data === "")).toEqual([]);
  expect(received).toMatch(/^retry: \d+\nid: /);
  expect(messages.map(({ id }) => id)).toEqual([...received.matchAll(/^id: (.*)$/gm)].map(([, id]) => id));
});
