import { abortAllDurableObjects, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import type { LiveFeed } from "../../../src/features/live/feed.ts";
import { metricsOf } from "../../../src/features/live/metrics.ts";
import { facts, send } from "../../harness.ts";
import { open } from "../../sockets.ts";
import { feed, isActivity, isSample, type Listener, listen, reportOf } from "./listen.ts";

const SAMPLE_MS = 1_000;
/** Makes the feed sample ten times a second, except in tests that measure the interval. */
beforeEach(() => {
  const { setInterval } = globalThis;
  vi.spyOn(globalThis, "setInterval").mockImplementation(((run: () => void, ms: number) =>
    setInterval(run, ms === SAMPLE_MS ? ms / 10 : ms)) as typeof setInterval);
});
const useRealInterval = () => void vi.restoreAllMocks();

const listeners: Listener[] = [];
async function begin(lastEventId?: string): Promise<Listener> {
  const listener = await listen(lastEventId);
  listeners.push(listener);
  return listener;
}
afterEach(async () => {
  for (const listener of listeners.splice(0)) await listener.leave().catch(() => {});
  vi.restoreAllMocks();
  await samplingIs(false);
});

const isSampling = () => runInDurableObject(feed(), (object) => (object as LiveFeed).isSampling);
const samplingIs = (expected: boolean) =>
  vi.waitFor(async () => expect(await isSampling()).toBe(expected), { timeout: 3_000, interval: 50 });
/** Makes something happen that listeners are told. */
const happen = (times: number) =>
  runInDurableObject(feed(), async (object) => {
    for (let n = 0; n < times; n++) await (object as LiveFeed).report(reportOf({ activities: { note: 1 } }));
  });
const idsOf = ({ heard }: Listener) => heard.flatMap(({ id }) => (id ? [id] : []));
const numberOf = (id = "") => Number(id.split("-")[1]);

describe("GET /events", () => {
  test.each([
    ["https://app.example", "https://app.example"],
    ["https://evil.example", null],
  ])("can be read by a page of %s only if the origin is listed", async (Origin, allowed) => {
    const response = await send("/events", { headers: { Origin } }, { CORS_ORIGINS: "https://app.example" });
    await response.body?.cancel();
    expect([response.status, response.headers.get("Access-Control-Allow-Origin")]).toEqual([200, allowed]);
  });

  test("streams a sample of each metric a second, under ids that count up", { timeout: 20_000 }, async () => {
    useRealInterval();
    const listener = await begin();
    const { status, headers } = listener.response;
    expect([status, headers.get("Content-Type")]).toEqual([200, "text/event-stream; charset=utf-8"]);
    expect(headers.get("Cache-Control")).toBe("no-store, no-transform");
    const startedAt = Date.now();
    const samples = await listener.wait(isSample, 3 * metricsOf(facts).length);
    expect(Date.now() - startedAt).toBeGreaterThan(1_500);
    expect(listener.heard[0]).toEqual({ retry: "2000" });
    for (const { data } of samples)
      expect(data).toEqual({
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        metric: expect.any(String),
        value: expect.any(Number),
        status: expect.stringMatching(/^(normal|warning|critical)$/),
      });
    const names = metricsOf(facts).map(({ name }) => name);
    const sampled = samples.slice(0, 2 * names.length).map(({ data }) => data.metric);
    expect(sampled).toEqual([...names, ...names]);
    const numbers = idsOf(listener).map(numberOf);
    expect(numbers).toEqual(numbers.map((_, n) => (numbers[0] ?? 0) + n));
  });

  test("sends a comment each 15 seconds", { timeout: 40_000 }, async () => {
    const listener = await begin();
    const isHeartbeat = ({ comment }: { comment?: string }) => comment === "heartbeat";
    await listener.wait(isHeartbeat, 1, 20_000);
    expect(listener.heard.slice(0, listener.heard.findIndex(isHeartbeat)).filter(isSample)).toHaveLength(
      15 * metricsOf(facts).length,
    );
  });

  test("HEAD tells of the stream and begins none", async () => {
    const response = await send("/events", { method: "HEAD" });
    expect([response.status, response.headers.get("Content-Type")]).toEqual([200, "text/event-stream; charset=utf-8"]);
    expect(response.body).toBeNull();
    await samplingIs(false);
  });
});

describe("a client that reconnects with Last-Event-ID", () => {
  test("gets the missed events once, and then new events", { timeout: 20_000 }, async () => {
    const steady = await begin();
    const first = await begin();
    await first.wait(isSample, 4);
    await first.leave();
    const last = idsOf(first).at(-1);
    await happen(5);
    const missed = await steady.wait(isActivity, 5);
    const back = await begin(last);
    await back.wait(isSample, 4);
    expect(back.heard.some(({ event }) => event === "reset")).toBe(false);
    const numbers = idsOf(back).map(numberOf);
    expect(numbers).toEqual(numbers.map((_, n) => numberOf(last) + 1 + n));
    expect(back.heard.filter(isActivity)).toEqual(missed);
  });

  test.each([
    ["that nobody gave", "x"],
    ["of another life of the object", "00000000-3"],
    ["that does not exist yet", "99999999999"],
    ["that holds more than an id", "a-1\tb"],
  ])("%s is told so, and gets all that is known", { timeout: 20_000 }, async (_, id) => {
    const steady = await begin();
    await steady.wait(isSample, 4);
    const back = await begin(id);
    await back.wait(isSample, 4);
    expect(back.heard[1]).toEqual({ event: "reset", data: { reason: expect.stringMatching(/no longer stored/) } });
    expect(idsOf(back)).toEqual(expect.arrayContaining(idsOf(steady).slice(0, 4)));
  });

  test("after more than is kept is told so", { timeout: 20_000 }, async () => {
    const first = await begin();
    await first.wait(isSample, 4);
    const last = idsOf(first).at(-1);
    // A stream that is read takes it all.
    for (let n = 0; n < 4; n++) {
      await happen(500);
      await first.wait(isActivity, 500 * (n + 1));
    }
    const back = await begin(last);
    await back.wait(isActivity, 1_000);
    expect(back.heard[1]).toMatchObject({ event: "reset" });
    expect(idsOf(back).length).toBeLessThan(1_600);
  });

  test("after the object has crashed is told so", { timeout: 20_000 }, async () => {
    const first = await begin();
    await first.wait(isSample, 4);
    await abortAllDurableObjects();
    await vi.waitFor(() => expect(first.hasEnded()).toBe(true), { timeout: 5_000 });
    const back = await begin(idsOf(first).at(-1));
    await back.wait(isSample, 4);
    expect(back.heard[1]).toMatchObject({ event: "reset" });
  });
});

describe("a listener is disconnected after 15 minutes,", () => {
  /** Minutes in which the feed samples, and everybody reads. */
  const pass = async (minutes: number) => {
    for (let left = minutes; left > 0; left -= 1) {
      await runInDurableObject(feed(), () => void vi.advanceTimersByTime(60_000 * Math.min(1, left)));
      await scheduler.wait(100);
    }
  };
  beforeEach(() => {
    useRealInterval();
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    onTestFinished(() => void vi.useRealTimers());
  });

  test("by server-sent events, and misses nothing when it comes back", { timeout: 30_000 }, async () => {
    const first = await begin();
    await pass(10);
    const other = await begin();
    await pass(4.5);
    expect(first.hasEnded()).toBe(false);
    await pass(0.5);
    expect([first.hasEnded(), other.hasEnded()]).toEqual([true, false]);
    await pass(1);
    const back = await begin(idsOf(first).at(-1));
    await pass(0.5);
    const numbers = [...idsOf(first), ...idsOf(back)].map(numberOf);
    expect(numbers).toEqual(numbers.map((_, n) => (numbers[0] ?? 0) + n));
    expect(back.heard.some(({ event }) => event === "reset")).toBe(false);
    await pass(9);
    expect(other.hasEnded()).toBe(true);
  });

  test("by WebSocket, and nothing keeps the object awake", { timeout: 30_000 }, async () => {
    const socket = await open("/ws/data-stream");
    await pass(14.5);
    expect([socket.socket.readyState, await isSampling()]).toEqual([WebSocket.OPEN, true]);
    await pass(0.5);
    expect(await socket.closed()).toEqual({ code: 1001, reason: "Reconnect, and resume with ?after=." });
    expect([await isSampling(), vi.getTimerCount()]).toEqual([false, 0]);
  });
});

describe("sampling", () => {
  test("stops when the last listener leaves, and not before", { timeout: 20_000 }, async () => {
    const [one, two] = [await begin(), await begin()];
    await Promise.all([one.wait(isSample), two.wait(isSample)]);
    await samplingIs(true);
    await one.leave();
    await scheduler.wait(200);
    await two.wait(isSample, two.heard.length + 4);
    expect(await isSampling()).toBe(true);
    await two.leave();
    await samplingIs(false);
    const before = await happenedSoFar();
    await scheduler.wait(500);
    expect(await happenedSoFar()).toBe(before);
    const again = await begin();
    await again.wait(isSample, 4);
  });

  /** The number of the last event there was. */
  async function happenedSoFar(): Promise<number> {
    const response = await feed().fetch("http://feed/?after=x");
    const reader = response.body?.getReader();
    const { value } = (await reader?.read()) ?? {};
    await reader?.cancel();
    await samplingIs(false);
    const ids = [...new TextDecoder().decode(value).matchAll(/^id: \w+-(\d+)$/gm)];
    return Number(ids.at(-1)?.[1]);
  }

  test("begins with the responses that were reported while nobody listened; a returning client gets the activities", async () => {
    const first = await begin();
    await first.wait(isSample);
    await first.leave();
    await samplingIs(false);
    expect(await feed().report(reportOf({ requests: 60, activities: { thing: 7 } }))).toBe(false);
    const listener = await begin();
    const [sample] = await listener.wait(({ data }) => data?.metric === "things");
    expect(sample?.data.value).toBe(7);
    expect(listener.heard.filter(isActivity)).toEqual([]);
    const back = await begin(idsOf(first).at(-1));
    expect(await back.wait(isActivity)).toMatchObject([{ data: { activity: "thing", count: 7 } }]);
  });
});

test("a reader that stalls is given up on, while the others get everything", { timeout: 30_000 }, async () => {
  const good = await begin();
  await good.wait(isSample);
  const response = await send("/events");
  const reader = response.body?.getReader();
  await reader?.read();
  // Now it reads no more, and waits with over a thousand events.
  for (let n = 0; n < 30; n++) {
    await happen(100);
    await good.wait(isActivity, 100 * (n + 1));
  }
  // Nobody samples for who takes nothing: with the others gone, it ends.
  await good.leave();
  await samplingIs(false);
  const rest: string[] = [];
  for (let read = await reader?.read(); read && !read.done; read = await reader?.read())
    rest.push(new TextDecoder().decode(read.value));
  expect(rest.join("").split("\n\n").length).toBeLessThan(1_200);
  expect(good.heard.filter(isActivity).length).toBe(3_000);
});
