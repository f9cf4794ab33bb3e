import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Env } from "../../../src/env.ts";
import type { ResponseCounts } from "../../../src/features/live/env.ts";
import { type Account, createAccount, send, sendJson } from "../../harness.ts";

/** A feed that keeps what it is told, and says whether anybody listens. */
function createFeed(isListenedTo: boolean) {
  const reports: ResponseCounts[] = [];
  const report = async (counts: ResponseCounts) => {
    reports.push(counts);
    return isListenedTo;
  };
  const LIVE_FEED = { idFromName: () => "live", get: () => ({ report }) } as unknown as Env["LIVE_FEED"];
  return { reports, bindings: { LIVE_FEED } };
}

let ada: Account;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  ada = await createAccount();
});
afterEach(() => void vi.useRealTimers());

const wait = (ms: number) => vi.setSystemTime(Date.now() + ms);

/** So that the isolate knows nothing of earlier tests: it is told that nobody listens, and asks again. */
async function startAnew() {
  await send("/robots.txt", {}, createFeed(false).bindings);
  await scheduler.wait(1_100);
  await send("/robots.txt", {}, createFeed(false).bindings);
  wait(60_000);
}

test("while nobody listens, an isolate asks once in five seconds and tells nothing", async () => {
  await startAnew();
  const { reports, bindings } = createFeed(false);
  for (let n = 0; n < 50; n++) await send("/robots.txt", {}, bindings);
  expect(reports).toEqual([{ requests: 0, activities: {} }]);
  wait(4_999);
  await send("/robots.txt", {}, bindings);
  expect(reports).toHaveLength(1);
  wait(1);
  await send("/robots.txt", {}, bindings);
  expect(reports).toEqual(Array.from({ length: 2 }, () => ({ requests: 0, activities: {} })));
});

test("while somebody listens, every response is told, once a second", { timeout: 15_000 }, async () => {
  await startAnew();
  const { reports, bindings } = createFeed(true);
  await send("/robots.txt", {}, bindings);
  const make = () => sendJson("POST", "/api/things", { title: "t" }, ada.headers, bindings);
  const refused = () => sendJson("POST", "/api/things", { title: "" }, ada.headers, bindings);
  const lost = () => send("/nowhere", {}, bindings);
  await Promise.all([
    ...Array.from({ length: 40 }, () => send("/robots.txt", {}, bindings)),
    make(),
    make(),
    refused(),
    lost(),
  ]);
  const told = reports.reduce((sum, { requests }) => sum + requests, 0);
  expect(told).toBe(44);
  expect(reports.length).toBeLessThanOrEqual(3);
  expect(reports.flatMap(({ activities }) => Object.entries(activities))).toEqual([["thing", 2]]);
});

test("a feed that can't be told holds nobody up, and is asked again later", async () => {
  await startAnew();
  const log = vi.spyOn(console, "error").mockImplementation(() => {});
  const get = vi.fn(() => {
    throw new Error("The feed is away");
  });
  const LIVE_FEED = { idFromName: () => "live", get } as unknown as Env["LIVE_FEED"];
  for (let n = 0; n < 3; n++) expect((await send("/robots.txt", {}, { LIVE_FEED })).status).toBe(404);
  expect(get).toHaveBeenCalledTimes(1);
  expect(log.mock.calls.join()).toContain("The feed is away");
  wait(5_000);
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
