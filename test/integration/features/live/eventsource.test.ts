/** The live feed with the package eventsource, which reconnects and resumes by itself. */
import { EventSource, type FetchLike } from "eventsource";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { newAddress } from "../../client.ts";
import { type RunningWorker, startWorker } from "../../worker.ts";

let worker: RunningWorker;
beforeAll(async () => {
  worker = await startWorker();
});
afterAll(() => worker.stop());

test("a connection that is lost is resumed by Last-Event-ID, with nothing missed and nothing twice", async () => {
  const sent: (string | undefined)[] = [];
  let cut = () => {};
  const watched: FetchLike = async (url, init) => {
    sent.push(init.headers["Last-Event-ID"]);
    const lost = new AbortController();
    cut = () => lost.abort(new Error("The connection is lost."));
    const signal = AbortSignal.any([lost.signal, ...(init.signal ? [init.signal as AbortSignal] : [])]);
    return fetch(url, { ...init, headers: { ...init.headers, ...newAddress() }, signal });
  };
  const events = new EventSource(new URL("/events", await worker.url()), { fetch: watched });
  const ids: string[] = [];
  events.addEventListener("message", ({ data, lastEventId }) => {
    expect(JSON.parse(data)).toMatchObject({ metric: expect.any(String), value: expect.any(Number) });
    ids.push(lastEventId);
  });
  const resets = vi.fn();
  events.addEventListener("reset", resets);
  const wait = (count: number) => vi.waitFor(() => expect(ids.length).toBeGreaterThanOrEqual(count), 15_000);
  await wait(8);
  const lostAt = Date.now();
  const lastId = ids.at(-1);
  cut();
  await wait(ids.length + 8);
  events.close();
  // The delay that the feed asks for by `retry`.
  expect(Date.now() - lostAt).toBeGreaterThanOrEqual(2_000);
  expect(sent).toEqual([undefined, lastId]);
  expect(resets).not.toHaveBeenCalled();
  const numbers = ids.map((id) => Number(id.split("-")[1]));
  expect(numbers).toEqual(numbers.map((_, n) => (numbers[0] ?? 0) + n));
});
