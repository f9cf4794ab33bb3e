import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Env } from "../../../src/env.ts";
import type { ResponseCounts } from "../../../src/features/live/env.ts";
import { EVENT_STREAM } from "../../../src/features/live/event-stream.ts";
import { readListenUrl } from "../../../src/features/live/listen-request.ts";
import { type Account, createAccount, send, sendJson } from "../../harness.ts";

/** A feed that keeps what it is told, and says whether anybody listens. */
function createFeed(isListenedTo: boolean) {
  const reports: ResponseCounts[] = [];
  const report = async (counts: ResponseCounts) => {
    reports.push(counts);
    return isListenedTo;
  };
  const opened: string[] = [];
  const fetch = async (url: string) => {
    opened.push(url);
    return new Response("", { headers: EVENT_STREAM });
  };
  return { reports, opened, bindings: bind({ report, fetch }) };
}

const bind = (stub: object) => {
  const LIVE_FEED = { idFromName: () => "live", get: () => stub } as unknown as Env["LIVE_FEED"];
  return { LIVE_FEED };
};

let ada: Account;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  ada = await createAccount();
});
afterEach(() => void vi.useRealTimers());

const wait = (ms: number) => vi.setSystemTime(Date.now() + ms);

/** So that the isolate knows nothing of earlier tests: it is told that nobody listens, and asks again. */
async function startAnew() {
  wait(120_000);
  await send("/robots.txt", {}, createFeed(false).bindings);
  wait(120_000);
}

const make = (bindings: Partial<Env>, title = "t") => sendJson("POST", "/api/things", { title }, ada.headers, bindings);
const total = (reports: readonly ResponseCounts[]) => reports.reduce((sum, { requests }) => sum + requests, 0);

test.each([
  ["nobody listens", false],
  ["somebody listens", true],
])("while %s, an isolate reports its plain responses once a minute", async (_, isListenedTo) => {
  await startAnew();
  const { reports, bindings } = createFeed(isListenedTo);
  for (let minute = 0; minute < 5; minute++) {
    for (let n = 0; n < 60; n++) {
      await send("/robots.txt", {}, bindings);
      wait(1_000);
    }
    expect(reports).toHaveLength(minute + 1);
  }
  expect(reports).toEqual([1, 60, 60, 60, 60].map((requests) => ({ requests, activities: {} })));
});

test("a report holds the responses of the last minute only", async () => {
  await startAnew();
  const { reports, bindings } = createFeed(false);
  for (let n = 0; n < 50; n++) await send("/robots.txt", {}, bindings);
  wait(59_000);
  await make(bindings);
  wait(1_000);
  await send("/robots.txt", {}, bindings);
  wait(3_600_000);
  await send("/robots.txt", {}, bindings);
  expect(reports).toEqual([
    { requests: 1, activities: {} },
    { requests: 2, activities: { thing: 1 } },
    { requests: 1, activities: {} },
  ]);
});

test("activities are not reported at once while nobody listens", async () => {
  await startAnew();
  const { reports, bindings } = createFeed(false);
  for (let n = 0; n < 10; n++) await make(bindings);
  expect(reports).toHaveLength(1);
});

test("an isolate that adds a listener reports thereby, and then each activity within a second, several together", {
  timeout: 15_000,
}, async () => {
  await startAnew();
  const before = createFeed(false);
  for (let n = 0; n < 3; n++) await send("/robots.txt", {}, before.bindings);
  const { reports, opened, bindings } = createFeed(true);
  await send("/events", {}, bindings);
  expect(opened.map(readListenUrl)).toMatchObject([{ counts: { requests: 2, activities: {} } }]);
  await Promise.all([
    ...Array.from({ length: 40 }, () => send("/robots.txt", {}, bindings)),
    make(bindings),
    make(bindings),
    make(bindings, ""),
    send("/nowhere", {}, bindings),
  ]);
  // The response that opened the stream counts as well.
  expect([reports.length, total(reports)]).toEqual([1, 45]);
  expect(reports.map(({ activities }) => activities)).toEqual([{ thing: 2 }]);
  await make(bindings);
  expect(reports.slice(1)).toEqual([{ requests: 1, activities: { thing: 1 } }]);
});

test("a listener that is added while a report is on its way is not forgotten", async () => {
  await startAnew();
  const { reports, bindings } = createFeed(true);
  const answer = Promise.withResolvers<boolean>();
  const asking = send("/robots.txt", {}, bind({ report: () => answer.promise }));
  await scheduler.wait(50);
  await send("/events", {}, bindings);
  answer.resolve(false);
  await asking;
  await make(bindings);
  expect(reports).toHaveLength(1);
});

test("a feed that can't be told holds nobody up, and is asked again after a minute", async () => {
  await startAnew();
  const log = vi.spyOn(console, "error").mockImplementation(() => {});
  const get = vi.fn(() => {
    throw new Error("The feed is away");
  });
  const LIVE_FEED = { idFromName: () => "live", get } as unknown as Env["LIVE_FEED"];
  for (let n = 0; n < 3; n++) expect((await send("/robots.txt", {}, { LIVE_FEED })).status).toBe(404);
  expect(get).toHaveBeenCalledTimes(1);
  expect(log.mock.calls.join()).toContain("The feed is away");
  wait(60_000);
  await send("/robots.txt", {}, { LIVE_FEED });
  expect(get).toHaveBeenCalledTimes(2);
  log.mockRestore();
});

test("a clock that goes back keeps nobody from asking", async () => {
  await startAnew();
  const { reports, bindings } = createFeed(false);
  await send("/robots.txt", {}, bindings);
  wait(-3_600_000);
  await send("/robots.txt", {}, bindings);
  expect(reports).toHaveLength(2);
});
