import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Env } from "../../../src/env.ts";
import type { Report } from "../../../src/features/live/env.ts";
import { EVENT_STREAM } from "../../../src/features/live/event-stream.ts";
import { readListenUrl } from "../../../src/features/live/listen-request.ts";
import { type Account, createAccount, send, sendJson } from "../../harness.ts";

/** The sums of a report. */
function totalOf({ counts }: Report) {
  const activities: Record<string, number> = {};
  for (const each of counts)
    for (const [name, count] of Object.entries(each.activities)) activities[name] = (activities[name] ?? 0) + count;
  return { requests: counts.reduce((sum, { requests }) => sum + requests, 0), activities };
}

/** A feed that keeps what it is told, and says whether anybody listens. */
function createFeed(isListenedTo: boolean) {
  const reports: ReturnType<typeof totalOf>[] = [];
  const whole: Report[] = [];
  const report = async (sent: Report) => {
    reports.push(totalOf(sent));
    whole.push(sent);
    return isListenedTo;
  };
  const opened: string[] = [];
  const fetch = async (url: string) => {
    opened.push(url);
    return new Response("", { headers: EVENT_STREAM });
  };
  return { reports, whole, opened, bindings: bind({ report, fetch }) };
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
const total = (reports: readonly { requests: number }[]) => reports.reduce((sum, { requests }) => sum + requests, 0);

test.each([
  ["nobody listens", false, 60],
  ["somebody listens", true, 10],
])(
  "while %s, an isolate reports its plain responses by the second, every %3$i seconds",
  async (_, isListenedTo, seconds) => {
    await startAnew();
    const { reports, whole, bindings } = createFeed(isListenedTo);
    const startedAt = Math.floor(Date.now() / 1_000);
    for (let interval = 0; interval < 4; interval++) {
      for (let n = 0; n < seconds; n++) {
        await send("/robots.txt", {}, bindings);
        wait(1_000);
      }
      expect(reports).toHaveLength(interval + 1);
    }
    expect(reports).toEqual([1, seconds, seconds, seconds].map((requests) => ({ requests, activities: {} })));
    // The isolate learns from the first response that somebody listens.
    expect(whole.map(({ interval }) => interval)).toEqual([60, seconds, seconds, seconds]);
    expect(new Set(whole.map(({ isolate }) => isolate)).size).toBe(1);
    const counted = whole.flatMap(({ counts }) => counts.map(({ second }) => second - startedAt));
    expect(counted).toEqual(Array.from({ length: 3 * seconds + 1 }, (_, second) => second));
  },
);

test("the live page reports the responses so far, and does not delay the next regular report", async () => {
  await startAnew();
  const { whole, bindings } = createFeed(false);
  await send("/robots.txt", {}, bindings);
  wait(30_000);
  const seen: Report[] = [];
  const recent = async (_: unknown, report: Report) => {
    seen.push(report);
    return { lastId: "", samples: [], activities: [] };
  };
  await send("/robots.txt", {}, bindings);
  await send("/live", {}, bind({ recent }));
  wait(30_000);
  await send("/robots.txt", {}, bindings);
  expect([seen.map(totalOf), whole.map(totalOf)]).toMatchObject([
    [{ requests: 1 }],
    [{ requests: 1 }, { requests: 2 }],
  ]);
});

test.each([
  ["over a minute", 70, [3, { thing: 2 }]],
  ["almost as long as the feed keeps it", 340, [3, { thing: 2 }]],
  ["longer", 341, [2, { thing: 1 }]],
  ["an hour", 3_600, [1, {}]],
])(
  "a report holds what happened since the last one, also after a pause of %s",
  async (_, pause, [requests, activities]) => {
    await startAnew();
    const { reports, bindings } = createFeed(false);
    await send("/robots.txt", {}, bindings);
    wait(1_000);
    await make(bindings);
    wait(19_000);
    await make(bindings);
    wait(pause * 1_000);
    await send("/robots.txt", {}, bindings);
    expect(reports).toEqual([
      { requests: 1, activities: {} },
      { requests, activities },
    ]);
  },
);

test("a request to listen holds a busy minute, and still has a short URL", async () => {
  await startAnew();
  const { opened, bindings } = createFeed(false);
  for (let second = 0; second < 60; second++) {
    await make(bindings);
    wait(1_000);
  }
  wait(200_000);
  await send("/events", {}, bindings);
  const [url = ""] = opened;
  expect(totalOf(readListenUrl(url).report)).toEqual({ requests: 59, activities: { thing: 59 } });
  expect(url.length).toBeLessThan(16_384);
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
  const opening = opened.map((url) => readListenUrl(url).report);
  expect(opening.map(totalOf)).toEqual([{ requests: 2, activities: {} }]);
  expect(opening).toMatchObject([{ isolate: expect.stringMatching(/./), interval: 10 }]);
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

test.each<[string, () => Response]>([
  ["is refused for its address", () => new Response(null, { status: 429 })],
  ["is refused, since the feed is full", () => new Response(null, { status: 503 })],
  [
    "fails",
    () => {
      throw new Error("The feed is away");
    },
  ],
])("if listening %s, the isolate reports as soon as it has said", async (_, answer) => {
  await startAnew();
  vi.spyOn(console, "error").mockImplementation(() => {});
  const said: Report[] = [];
  const fetch = async (url: string) => {
    said.push(readListenUrl(url).report);
    return answer();
  };
  await send("/events", {}, bind({ fetch }));
  vi.restoreAllMocks();
  const { whole, bindings } = createFeed(false);
  wait(9_999);
  await send("/robots.txt", {}, bindings);
  expect([said.map(({ interval }) => interval), whole.length]).toEqual([[10], 0]);
  wait(1);
  await send("/robots.txt", {}, bindings);
  expect(whole.map(({ interval }) => interval)).toEqual([10]);
  wait(59_999);
  await send("/robots.txt", {}, bindings);
  expect(whole).toHaveLength(1);
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

test("an unreachable feed delays no response, and is tried again after a minute", async () => {
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

test("a clock that goes back prevents no report", async () => {
  await startAnew();
  const { reports, bindings } = createFeed(false);
  await send("/robots.txt", {}, bindings);
  wait(-3_600_000);
  await send("/robots.txt", {}, bindings);
  expect(reports).toHaveLength(2);
});
