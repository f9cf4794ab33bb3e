import { expect, test } from "vitest";
import { ReportHistory } from "../../../src/features/live/report-history.ts";

const START = Date.UTC(2026, 0, 1) / 1_000;

/** A report of an isolate: when it arrives, and the number of requests by second. Seconds count from `START`. */
interface Arrival {
  readonly at: number;
  readonly isolate?: string;
  readonly interval?: number;
  readonly requests: Readonly<Record<number, number>>;
}

/** One request in each second. */
const steadily = (first: number, last: number) =>
  Object.fromEntries(Array.from({ length: last - first + 1 }, (_, index) => [first + index, 1]));

function historyOf(arrivals: readonly Arrival[], history = new ReportHistory()): ReportHistory {
  for (const { at, isolate = "a", interval = 60, requests } of arrivals) {
    const counts = Object.entries(requests).map(([second, count]) => ({
      second: START + Number(second),
      requests: count,
      activities: {},
    }));
    history.add({ isolate, interval, counts }, START + at);
  }
  return history;
}

/** The requests in the minute before each of these seconds. */
function valuesOf(history: ReportHistory, seconds: readonly number[]) {
  const [first, last] = [Math.min(...seconds), Math.max(...seconds)];
  const values = history.requestsBetween(START + first, START + last);
  expect(values).toHaveLength(last - first + 1);
  return seconds.map((second) => values[second - first]);
}

test.each<[string, Arrival[], Record<number, number>]>([
  ["a request counts for a minute from its own second, not from its report", [{ at: 50, requests: { 10: 3, 20: 4 } }], { 9: 0, 10: 3, 19: 3, 20: 7, 50: 7 }], // biome-ignore format: a table
  ["a request no longer counts after a minute that its isolate has reported", [{ at: 50, requests: { 10: 3, 20: 4 } }, { at: 110, requests: { 110: 1 } }], { 69: 7, 70: 4, 79: 4, 80: 0, 110: 1 }], // biome-ignore format: a table
  ["the requests of several isolates are added", [{ at: 50, requests: { 10: 3 } }, { at: 60, isolate: "b", requests: { 10: 2, 60: 1 } }], { 9: 0, 10: 5, 60: 6 }], // biome-ignore format: a table
  ["steady requests have a steady value, though they are reported once a minute", [{ at: 60, requests: steadily(1, 60) }, { at: 120, requests: steadily(61, 120) }], { 59: 59, 60: 60, 89: 60, 119: 60, 120: 60, 150: 60, 179: 60 }], // biome-ignore format: a table
  ["requests that are reported early do not count twice", [{ at: 60, requests: steadily(1, 60) }, { at: 90, interval: 10, requests: steadily(61, 90) }], { 60: 60, 75: 60, 89: 60, 90: 60, 100: 60 }], // biome-ignore format: a table
  ["an isolate that does not report again after a minute is assumed to have stopped", [{ at: 60, requests: steadily(1, 60) }], { 60: 60, 124: 60, 125: 0 }], // biome-ignore format: a table
  ["an isolate that does not report again after ten seconds, while somebody listens, is assumed to have stopped", [{ at: 60, interval: 10, requests: steadily(1, 60) }], { 60: 60, 74: 60, 75: 45, 119: 1, 120: 0 }], // biome-ignore format: a table
  ["a second of a clock that is ahead counts as the present", [{ at: 10, requests: { 99: 5 } }], { 9: 0, 10: 5, 69: 5 }], // biome-ignore format: a table
  ["requests older than six minutes are ignored", [{ at: 400, requests: { 40: 5, 41: 6 } }], { 41: 6, 100: 6 }], // biome-ignore format: a table
])("%s", (_, arrivals, expected) => {
  const seconds = Object.keys(expected).map(Number);
  expect(valuesOf(historyOf(arrivals), seconds)).toEqual(Object.values(expected));
});

test("a restored history has the same values, without those older than six minutes", () => {
  const history = historyOf([{ at: 0, requests: { 0: 9 } }]);
  history.add(
    { isolate: "a", interval: 60, counts: [{ second: START + 20, requests: 1, activities: { visit: 2 } }] },
    START + 60,
  );
  historyOf([{ at: 370, isolate: "b", requests: { 370: 4, 310: 2 } }], history);
  const { stored } = history;
  expect(stored.seconds.map(({ second }) => second - START)).toEqual([20, 310, 370]);
  const restored = new ReportHistory(structuredClone(stored));
  const seconds = [0, 20, 79, 80, 310, 369, 370];
  expect(valuesOf(restored, seconds)).toEqual(valuesOf(history, seconds));
  expect(valuesOf(restored, seconds)).toEqual([0, 1, 1, 0, 2, 2, 4]);
  expect([restored.since, restored.activitiesBetween("visit", START + 19, START + 20)]).toEqual([START, [0, 2]]);
  expect(restored.activities).toEqual([{ timestamp: "2026-01-01T00:00:20.000Z", activity: "visit", count: 2 }]);
});

test("stored isolates are assumed to go on as before until they report again", () => {
  const minute = { at: 60, requests: steadily(1, 60) };
  const stored = structuredClone(historyOf([minute, { ...minute, isolate: "b", interval: 10 }]).stored);
  const later = [60, 61, 74, 75, 90, 119, 124, 125];
  const expected = [120, 120, 120, 105, 90, 61, 60, 0];
  expect(valuesOf(new ReportHistory(stored), later)).toEqual(expected);
  const restored = historyOf([{ at: 90, requests: steadily(61, 90) }], new ReportHistory(stored));
  expect(valuesOf(restored, [89, 90, 119, 154])).toEqual([91, 90, 61, 60]);
});

test("of very many isolates, the hundred busiest are stored", () => {
  const isolates = Array.from({ length: 300 }, (_, n) => n);
  const history = historyOf(isolates.map((n) => ({ at: 60, isolate: String(n), requests: { 60: n } })));
  const kept = history.stored.isolates.map(({ isolate }) => Number(isolate));
  expect(kept).toEqual(isolates.slice(200).reverse());
});

test("activities are events of their second, of which the latest 20 are listed, whenever they are reported", () => {
  const history = new ReportHistory();
  const report = (isolate: string, ...seconds: number[]) => {
    const counts = seconds.map((second) => ({ second: START + second, requests: 1, activities: { [isolate]: 1 } }));
    return history.add({ isolate, interval: 60, counts }, START + 40).map(({ activity }) => activity);
  };
  expect(report("a", 1, 30)).toEqual(["a", "a"]);
  expect(report("b", 20)).toEqual(["b"]);
  expect(
    history.activities.map(({ activity, timestamp }) => [activity, Date.parse(timestamp) / 1_000 - START]),
  ).toEqual([
    ["a", 30],
    ["b", 20],
    ["a", 1],
  ]);
  report("c", ...Array.from({ length: 19 }, (_, n) => n + 1));
  expect(history.activities.map(({ activity }) => activity)).toEqual(["a", "b", ...Array(18).fill("c")]);
});
