import { expect, test } from "vitest";
import { drawChart, scaleOf } from "../../../src/features/live/chart.ts";
import type { Metric, Sample } from "../../../src/features/live/env.ts";

const START = Date.UTC(2026, 0, 1);
const METRIC: Metric = { name: "m", title: "M", unit: "now", warning: 3, critical: 6, activity: null };

/** Draws samples of these seconds and values; the chart ends after 300 seconds. */
const draw = (...samples: readonly (readonly [second: number, value: number])[]) =>
  drawChart(
    METRIC,
    samples.map(([second, value]): Sample => {
      return { timestamp: new Date(START + second * 1_000).toISOString(), metric: "m", value, status: "normal" };
    }),
    START,
    START + 300_000,
  );

test.each<[string, [number, number][], string]>([
  ["nothing", [], ""],
  ["one sample", [[1, 2]], "M1 -2"],
  [
    "each change",
    [
      [1, 0],
      [2.04, 1],
      [3, 0.5],
    ],
    "M1 0L2 -1L3 -0.5",
  ],
  [
    "no point between two of the same value",
    [
      [1, 2],
      [2, 2],
      [3, 2],
      [4, 2],
      [5, 0],
    ],
    "M1 -2L4 -2L5 0",
  ],
  [
    "a gap after more than six seconds",
    [
      [1, 2],
      [7, 2],
      [13.1, 2],
      [14.1, 2],
    ],
    "M1 -2L7 -2M13.1 -2L14.1 -2",
  ],
])("the line shows %s", (_, samples, line) => {
  expect(draw(...samples).line).toBe(line);
});

test("samples every five seconds make one line, from any origin", () => {
  for (let offset = 0; offset < 1; offset += 0.05) {
    const samples = Array.from({ length: 60 }, (_, n): [number, number] => [5 * n + offset, n]);
    expect(draw(...samples).line.lastIndexOf("M"), String(offset)).toBe(0);
  }
});

test("the area below each part of the line reaches the axis", () => {
  expect(draw([1, 2], [2, 3], [20, 1], [21, 2], [40, 9]).area).toBe("M1 -2L2 -3V0H1ZM20 -1L21 -2V0H20Z");
});

test("the pieces of the line that end in a status have its colour, and gaps have none", () => {
  const { warning, critical } = draw([1, 2], [2, 3], [3, 6], [4, 0], [20, 7], [21, 5.9]);
  expect([warning, critical]).toEqual(["M1 -2L2 -3M20 -7L21 -5.9", "M2 -3L3 -6"]);
});

test.each([
  [[], 2],
  [[0, 1], 2],
  [[0, 0.1], 1],
  [[0.9], 1],
  [[0.5, 1], 2],
  [[1.9], 2],
  [[2], 4],
  [[4], 10],
  [[9.5], 10],
  [[10], 20],
  [[39], 100],
  [[4_000], 10_000],
])("values of %j need a scale up to %d", (values, max) => {
  expect(scaleOf(values)).toBe(max);
});

test("the chart shows five minutes up to now, or to a later sample of another clock", () => {
  expect(draw([10, 3]).viewBox).toBe("0 -4 300 4");
  expect(draw([10, 3], [310, 1]).viewBox).toBe("10 -4 300 4");
});
