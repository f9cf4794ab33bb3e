/** A feed that is reset or overloaded. */
import { env, runInDurableObject } from "cloudflare:test";
import { beforeEach, expect, test, vi } from "vitest";
import type { LiveFeed } from "../../../src/features/live/feed.ts";
import { readRecent } from "../../../src/features/live/feed-stub.ts";
import { metricsOf } from "../../../src/features/live/metrics.ts";
import { createFailingNamespace } from "../../failing-namespace.ts";
import { facts, send } from "../../harness.ts";
import { feed, reportOf } from "./listen.ts";

beforeEach(() => {
  const log = vi.spyOn(console, "error").mockImplementation(() => {});
  return () => log.mockRestore();
});

const isSampling = () => runInDurableObject(feed(), (object) => (object as LiveFeed).isSampling);

const opens = [
  ["/events", {}],
  ["/ws/data-stream", { Upgrade: "websocket" }],
] as const;

test.each(
  opens.flatMap(([path, headers]) =>
    (["reset", "overloaded"] as const).flatMap((error) =>
      [false, true].map((afterEffect) => ({ path, headers, error, afterEffect })),
    ),
  ),
)("$path is 503 if the feed is $error (after the effect: $afterEffect), and nobody is counted", async (given) => {
  const { path, headers, error, afterEffect } = given;
  const { calls, namespace } = createFailingNamespace(env.LIVE_FEED, { error, afterEffect });
  const response = await send(path, { headers }, { LIVE_FEED: namespace });
  const wait = error === "overloaded" ? "5" : "1";
  expect([response.status, response.headers.get("Retry-After")]).toEqual([503, wait]);
  expect(calls.filter((name) => name === "fetch")).toHaveLength(1);
  await vi.waitFor(async () => expect(await isSampling()).toBe(false), { timeout: 3_000 });
});

test.each([
  ["reset", 1, 200, 2],
  ["reset", 2, 503, 2],
  ["overloaded", 1, 503, 1],
] as const)("the page of a feed that is %s %i times is %i", async (error, times, status, calledTimes) => {
  const { calls, namespace } = createFailingNamespace(env.LIVE_FEED, { error, times });
  const response = await send("/live", { headers: { Accept: "text/html" } }, { LIVE_FEED: namespace });
  expect(response.status).toBe(status);
  expect(calls.filter((name) => name === "recent")).toHaveLength(calledTimes);
});

test.each([true, false])(
  "the page reports only once, even if the feed is reset (after the effect: %s)",
  async (afterEffect) => {
    const { calls, namespace } = createFailingNamespace(env.LIVE_FEED, { error: "reset", times: 1, afterEffect });
    const metrics = metricsOf(facts);
    const latest = async (LIVE_FEED: typeof env.LIVE_FEED, report = reportOf({}, { isolate: "other" })) =>
      (await readRecent({ LIVE_FEED }, metrics, report)).samples.findLast(({ metric }) => metric === "requests")?.value;
    const before = (await latest(env.LIVE_FEED)) ?? 0;
    await latest(namespace, reportOf({ requests: 6_000 }, { isolate: "page" }));
    expect(calls).toEqual(["recent", "recent"]);
    expect(((await latest(env.LIVE_FEED)) ?? 0) - before).toBeCloseTo(afterEffect ? 100 : 0, 0);
  },
);

test("the app is ready if the feed was reset once", async () => {
  const { calls, namespace } = createFailingNamespace(env.LIVE_FEED, { error: "reset", times: 1 });
  await facts.checks.live?.({ env: { ...env, LIVE_FEED: namespace }, db: env.DB });
  expect(calls).toEqual(["report", "report"]);
});
