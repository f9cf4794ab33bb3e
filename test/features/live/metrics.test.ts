import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Metrics, metricsOf } from "../../../src/features/live/metrics.ts";

/** Two activities that are counted, and one that is only reported. */
const activities = [
  { name: "sale", text: "", routes: [], metric: { name: "sales", title: "", unit: "", warning: 60, critical: 300 } },
  { name: "visit", text: "", routes: [], metric: { name: "visits", title: "", unit: "", warning: 2, critical: 4 } },
  { name: "account", text: "", routes: [] },
];

function createMetrics(): Metrics {
  const metrics = new Metrics();
  metrics.use(metricsOf({ activities }));
  return metrics;
}

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());

const wait = (ms: number) => vi.setSystemTime(Date.now() + ms);
const sampleOf = (metrics: Metrics, name: string) => metrics.sample().find(({ metric }) => metric === name);
const requests = (count: number) => ({ requests: count, activities: {} });

test.each([
  [0, "normal"],
  [99, "normal"],
  [100, "warning"],
  [499, "warning"],
  [500, "critical"],
])("%i requests a second are %s", (count, status) => {
  const metrics = createMetrics();
  metrics.count(requests(60 * count));
  expect(sampleOf(metrics, "requests")).toMatchObject({ value: count, status });
});

test("requests are averaged over a minute, of all isolates together", () => {
  const metrics = createMetrics();
  const values = [300, 0, 600, 6, 0, 0].map((count) => {
    metrics.count(requests(count));
    metrics.count(requests(count / 2));
    const value = sampleOf(metrics, "requests")?.value;
    wait(20_000);
    return value;
  });
  expect(values).toEqual([7.5, 7.5, 22.5, 15.2, 15.2, 0.2]);
});

test("an activity counts for a minute", () => {
  const metrics = createMetrics();
  const values = () => [sampleOf(metrics, "sales")?.value, sampleOf(metrics, "visits")?.value];
  metrics.count({ requests: 2, activities: { sale: 3, visit: 1 } });
  wait(30_000);
  metrics.count({ requests: 1, activities: { visit: 1, account: 5 } });
  expect(values()).toEqual([3, 2]);
  wait(30_000);
  expect(values()).toEqual([0, 1]);
  wait(30_000);
  expect(values()).toEqual([0, 0]);
});

test.each([
  [1, "normal"],
  [2, "warning"],
  [3, "warning"],
  [4, "critical"],
])("%i visits are %s, by the thresholds that the feature sets", (visit, status) => {
  const metrics = createMetrics();
  metrics.count({ requests: 0, activities: { visit } });
  expect(sampleOf(metrics, "visits")).toMatchObject({ value: visit, status });
});

test("activities are reported at once, counted by a metric or not", () => {
  const timestamp = new Date().toISOString();
  expect(createMetrics().count({ requests: 13, activities: { account: 1, sale: 2 } })).toEqual([
    { timestamp, activity: "account", count: 1 },
    { timestamp, activity: "sale", count: 2 },
  ]);
});

test("the metrics of an app are its own, and one for each activity that is counted", () => {
  expect(metricsOf({ activities }).map(({ name }) => name)).toEqual(["requests", "sockets", "sales", "visits"]);
  const metrics = createMetrics();
  expect([metrics.size, metrics.sample().length]).toEqual([4, 4]);
});

test("sockets have the value that was counted last", () => {
  const metrics = createMetrics();
  expect(sampleOf(metrics, "sockets")?.value).toBe(0);
  metrics.setSockets(1_000);
  expect(sampleOf(metrics, "sockets")).toMatchObject({ value: 1_000, status: "warning" });
});
