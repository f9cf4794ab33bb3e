import { expect, test } from "vitest";
import type { SecondCount } from "../../../src/features/live/env.ts";
import { metricsOf, Sampler } from "../../../src/features/live/metrics.ts";
import { ReportHistory } from "../../../src/features/live/report-history.ts";

/** Two activities that are counted, and one that is only reported. */
const activities = [
  { name: "sale", text: "", routes: [], metric: { name: "sales", title: "", unit: "", warning: 60, critical: 300 } },
  { name: "visit", text: "", routes: [], metric: { name: "visits", title: "", unit: "", warning: 2, critical: 4 } },
  { name: "account", text: "", routes: [] },
];
const metrics = metricsOf({ activities });

/** A multiple of five. */
const START = Date.UTC(2026, 0, 1) / 1_000;

/** A sampler of a history with these counts, which an isolate reported at second 0. */
function createSampler(...counts: Partial<SecondCount>[]): Sampler {
  const history = new ReportHistory();
  const whole = counts.map((count) => ({ second: START, requests: 0, activities: {}, ...count }));
  history.add({ isolate: "one", interval: 60, counts: whole }, START);
  const sampler = new Sampler(history);
  sampler.metrics = metrics;
  return sampler;
}

const nowOf = (sampler: Sampler, name: string, second = 0) =>
  sampler.sampleNow((START + second) * 1_000).find(({ metric }) => metric === name);

test.each([
  ["requests", { requests: 0 }, 0, "normal"],
  ["requests", { requests: 60 * 99 }, 99, "normal"],
  ["requests", { requests: 60 * 100 }, 100, "warning"],
  ["requests", { requests: 60 * 499 }, 499, "warning"],
  ["requests", { requests: 60 * 500 }, 500, "critical"],
  ["requests", { requests: 10 }, 0.2, "normal"],
  ["visits", { activities: { visit: 1 } }, 1, "normal"],
  ["visits", { activities: { visit: 2 } }, 2, "warning"],
  ["visits", { activities: { visit: 3, sale: 9 } }, 3, "warning"],
  ["visits", { activities: { visit: 4 } }, 4, "critical"],
  ["sales", { activities: { visit: 4 } }, 0, "normal"],
])("the metric %s of %j is %d: %s", (metric, count, value, status) => {
  const timestamp = new Date(START * 1_000).toISOString();
  expect(nowOf(createSampler(count), metric)).toEqual({ timestamp, metric, value, status });
});

test("the metrics of an app are its own, and one for each activity that is counted", () => {
  expect(metrics.map(({ name }) => name)).toEqual(["requests", "sockets", "sales", "visits"]);
});

test("sockets have no sample until they have been counted, then one with the last count", () => {
  const sampler = createSampler();
  expect(sampler.sampleNow(0).map(({ metric }) => metric)).toEqual(["requests", "sales", "visits"]);
  sampler.sockets = 1_000;
  expect(nowOf(sampler, "sockets")).toMatchObject({ value: 1_000, status: "warning" });
});

/** The seconds and values of the past samples of a metric. */
const past = (sampler: Sampler, name: string, from: number, to: number) =>
  sampler
    .samplePast(metrics, (START + from) * 1_000, (START + to) * 1_000)
    .filter(({ metric }) => metric === name)
    .map(({ timestamp, value }) => [Date.parse(timestamp) / 1_000 - START, value]);

test.each<[string, Partial<SecondCount>[], [from: number, to: number], [second: number, value: number][]]>([
  ["nothing was ever reported", [], [-20, 0], []],
  ["the first report begins it", [{ second: START - 8, requests: 60 }], [-300, 0.9], [[-8, 1], [-5, 1], [0, 1]]], // biome-ignore format: a table
  ["responses of one second", [{ requests: 60 }], [-300, 0], [[0, 1]]], // biome-ignore format: a table
  ["it begins within the known time", [{ second: START - 99, requests: 60 }, { requests: 6 }], [-7.5, 3.2], [[-7, 0], [-5, 0], [0, 0.1], [3, 0.1]]], // biome-ignore format: a table
])("past samples of requests: %s", (_, counts, [from, to], expected) => {
  expect(past(createSampler(...counts), "requests", from, to)).toEqual(expected);
});

test("the past samples of all reported metrics begin at the same second, and sockets have no past samples", () => {
  const sampler = createSampler({ second: START - 3, activities: { visit: 2 } });
  sampler.sockets = 3;
  expect(past(sampler, "visits", -300, 1)).toEqual([[-3, 2], [0, 2], [1, 2]]); // biome-ignore format: a table
  expect(past(sampler, "sales", -300, 1).map(([second]) => second)).toEqual([-3, 0, 1]);
  expect(past(sampler, "sockets", -300, 1)).toEqual([]);
});
