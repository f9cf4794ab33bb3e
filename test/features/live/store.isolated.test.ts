/** The history of the feed outlives its object, and costs few rows. */
import { env, evictDurableObject, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Report } from "../../../src/features/live/env.ts";
import type { LiveFeed } from "../../../src/features/live/feed.ts";
import { listenUrl } from "../../../src/features/live/listen-request.ts";
import { metricsOf } from "../../../src/features/live/metrics.ts";
import { facts } from "../../harness.ts";
import { feed, reportOf } from "./listen.ts";

const START = Date.UTC(2026, 0, 1);
beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"], now: START }));
afterEach(() => void vi.useRealTimers());

const at = (second: number) => vi.setSystemTime(START + second * 1_000);
const nothing = { isolate: "one", interval: 60, counts: [] };

/** The samples of a metric, as seconds and values. */
async function lineOf(name: string) {
  const { samples } = await feed().recent(metricsOf(facts), nothing);
  const own = samples.filter(({ metric }) => metric === name);
  return own.map(({ timestamp, value }) => [(Date.parse(timestamp) - START) / 1_000, value]);
}

/** Counts the writes to the storage of the feed. */
const countWrites = () =>
  runInDurableObject(feed(), (_, { storage }) => {
    const kv = Object.getPrototypeOf(storage.kv);
    return vi.spyOn(kv, "put");
  });

test("the first visitor sees reports that arrived while nobody listened, even after the object was evicted", async () => {
  expect(await lineOf("requests")).toEqual([]);
  await feed().report(reportOf({ requests: 60 }));
  at(30);
  await feed().report(reportOf({ requests: 120, activities: { thing: 1 } }, { isolate: "two" }));
  at(32);
  const before = await lineOf("requests");
  expect(before).toEqual([[0, 1], [5, 1], [10, 1], [15, 1], [20, 1], [25, 1], [30, 3], [32, 3]]); // biome-ignore format: a table
  await evictDurableObject(feed());
  expect(await lineOf("requests")).toEqual(before);
  expect((await lineOf("things")).slice(-3)).toEqual([[25, 0], [30, 1], [32, 1]]); // biome-ignore format: a table
  const { activities } = await feed().recent([], nothing);
  expect(activities).toEqual([{ timestamp: "2026-01-01T00:00:30.000Z", activity: "thing", count: 1 }]);
});

test("a page shows the responses that its own request reports, and a refused listener also reports", async () => {
  at(500);
  const { samples } = await feed().recent(metricsOf(facts), reportOf({ requests: 300 }, { isolate: "page" }));
  expect(samples.findLast(({ metric }) => metric === "requests")?.value).toBe(5);
  await runInDurableObject(feed(), async (object) => {
    const listenRequest = { address: "192.0.2.9", after: null, metrics: [], report: nothing };
    const open = (report: Report) => (object as LiveFeed).fetch(new Request(listenUrl({ ...listenRequest, report })));
    const listening = Array.from({ length: 20 }, () => open(nothing));
    expect(open(reportOf({ requests: 60 }, { isolate: "refused" })).status).toBe(429);
    for (const { body } of listening) await body?.cancel();
  });
  expect((await lineOf("requests")).at(-1)).toEqual([500, 6]);
});

test("reports of a dozen isolates within one second are all there after the object was evicted", async () => {
  at(800);
  await evictDurableObject(feed());
  const latest = async () => (await lineOf("requests")).at(-1);
  expect(await latest()).toEqual([800, 0]);
  for (let n = 0; n < 12; n += 1) await feed().report(reportOf({ requests: 60 }, { isolate: String(n) }));
  await evictDurableObject(feed());
  expect(await latest()).toEqual([800, 12]);
  at(850);
  expect(await latest()).toEqual([850, 12]);
  await evictDurableObject(feed());
  // They have not reported yet, so they are assumed to have gone on as before.
  at(863);
  expect(await latest()).toEqual([863, 12]);
});

test("the history writes a row each five seconds on average, also if the object is evicted, and nothing without reports", async () => {
  const put = await countWrites();
  const reportFor = async (from: number, to: number) => {
    for (let second = from; second < to; second += 1) {
      at(second);
      for (let n = 0; n < 3; n += 1) await feed().report(reportOf({ requests: 1 }, { isolate: String(n) }));
    }
  };
  await reportFor(1_000, 1_030);
  await evictDurableObject(feed());
  await reportFor(1_030, 1_060);
  expect(put).toHaveBeenCalledTimes(12 + 11);
  for (let second = 1_060; second < 1_180; second += 10) {
    at(second);
    await feed().report(nothing);
    await lineOf("requests");
  }
  // The reports since the last write, with the next report of anything.
  expect(put).toHaveBeenCalledTimes(12 + 12);
  at(900);
  await feed().report(reportOf({ requests: 1 }));
  expect(put).toHaveBeenCalledTimes(12 + 13);
  put.mockRestore();
});

test("while somebody listens, sampling stores the remaining reports", async () => {
  vi.useFakeTimers({ toFake: ["Date", "setInterval", "clearInterval"], now: START + 2_000_000 });
  const put = await countWrites();
  await runInDurableObject(feed(), async (object) => {
    const live = object as LiveFeed;
    const response = live.fetch(new Request("http://feed/"));
    for (let n = 0; n < 14; n += 1) await live.report(reportOf({ requests: 1 }));
    expect(put).toHaveBeenCalledTimes(12);
    vi.advanceTimersByTime(4_000);
    expect(put).toHaveBeenCalledTimes(12);
    vi.advanceTimersByTime(10_000);
    expect(put).toHaveBeenCalledTimes(13);
    await response.body?.cancel();
  });
  put.mockRestore();
});

test.each([
  [false, 10, 64, 3_000],
  [true, 60, 14, 4_000],
])(
  "the feed (listened to: %s) knows when an isolate reports again, which has said %i seconds",
  async (isListenedTo, interval, until, now) => {
    at(now);
    await evictDurableObject(feed());
    await runInDurableObject(feed(), async (object) => {
      const live = object as LiveFeed;
      const response = isListenedTo ? live.fetch(new Request("http://feed/")) : undefined;
      // In its last minute, which ends now, the isolate served something only in the first seconds.
      const second = now - 59 + START / 1_000;
      const counts = Array.from({ length: 5 }, (_, n) => ({ second: second + n, requests: 60, activities: {} }));
      expect(await live.report({ isolate: "silent", interval, counts })).toBe(isListenedTo);
      await response?.body?.cancel();
    });
    const valueAt = async (second: number) => {
      at(now + second);
      return (await lineOf("requests")).at(-1)?.[1];
    };
    await expect(valueAt(until)).resolves.toBe(5);
    await expect(valueAt(until + 1)).resolves.toBe(0);
  },
);

test("the feed for readiness stores nothing", async () => {
  await facts.checks.live?.({ env, db: env.DB });
  const health = env.LIVE_FEED.get(env.LIVE_FEED.idFromName("health"));
  const stored = await runInDurableObject(health, (_, { storage }) => [...storage.kv.list()]);
  expect(stored).toEqual([]);
});
