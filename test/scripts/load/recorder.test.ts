/** The figures of a load are right for samples with known percentiles. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { percentile, Recorder } from "../../bench/load/recorder.ts";

const upTo = (n: number) => Array.from({ length: n }, (_, index) => index + 1);

test.each([
  { of: "none", times: [], percents: [50, 99], expected: [0, 0] },
  { of: "one", times: [7], percents: [50, 95, 99], expected: [7, 7, 7] },
  { of: "two", times: [1, 2], percents: [50, 51, 99], expected: [1, 2, 2] },
  { of: "100", times: upTo(100), percents: [50, 95, 99], expected: [50, 95, 99] },
  { of: "101", times: upTo(101), percents: [50, 95, 99], expected: [51, 96, 100] },
  { of: "1000", times: upTo(1000), percents: [50, 95, 99], expected: [500, 950, 990] },
])("percentiles of $of times", ({ times, percents, expected }) => {
  expect(percents.map((percent) => percentile(times, percent))).toEqual(expected);
});

test("a percentile is the smallest time that at least this share of all times does not exceed", () => {
  const times = fc.array(fc.double({ min: 0, max: 1000, noNaN: true }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(times, fc.integer({ min: 1, max: 99 }), (unsorted, percent) => {
      const shareUpTo = (time: number) => unsorted.filter((each) => each <= time).length * 100;
      const enough = unsorted.filter((time) => shareUpTo(time) >= percent * unsorted.length);
      const sorted = Float64Array.from(unsorted).sort();
      expect(percentile(sorted, percent)).toBe(Math.min(...enough));
    }),
  );
});

/** Reads of 1 to 100 ms in reverse, two of them with an error; pages of 1000 ms. */
function record(): Recorder {
  const recorder = new Recorder();
  for (const milliseconds of upTo(100).reverse()) {
    const error = milliseconds > 98 ? { error: "status 500", sample: `The one of ${milliseconds} ms` } : undefined;
    recorder.add({ kind: "read", at: milliseconds * 20, milliseconds }, error);
  }
  recorder.add({ kind: "page", at: 2500, milliseconds: 1000 });
  recorder.add({ kind: "page", at: 2500, milliseconds: 1000 }, { error: "connection", sample: "reset" });
  return recorder;
}

test("the summary of a kind, and of all", () => {
  const recorder = record();
  expect(recorder.summarize(10, "read")).toEqual({
    requests: 100,
    rate: 10,
    mean: 50.5,
    p50: 50,
    p95: 95,
    p99: 99,
    errors: 2,
  });
  expect(recorder.summarize(10)).toMatchObject({ requests: 102, rate: 10.2, p50: 51, p99: 1000, errors: 3 });
  expect(recorder.summarize(10, "none")).toMatchObject({ requests: 0, rate: 0, mean: 0, p99: 0, errors: 0 });
});

test("errors are counted, the most frequent first, each with its first sample", () => {
  expect(record().errors).toEqual([
    { kind: "read", error: "status 500", sample: "The one of 100 ms", count: 2 },
    { kind: "page", error: "connection", sample: "reset", count: 1 },
  ]);
});

test("intervals have the rate and the times of their own samples", () => {
  const intervals = record().intervals("read", 1);
  // At 20 to 980 ms, at 1,000 to 1,980 ms, and one at 2,000 ms.
  expect(intervals.map(({ at, rate, p50 }) => [at, rate, p50])).toEqual([
    [1, 49, 25],
    [2, 50, 74],
    [3, 1, 100],
  ]);
  expect(record().intervals("page", 2)).toMatchObject([{ rate: 0 }, { at: 4, rate: 1, p99: 1000 }]);
});

test("kinds are in the order of the mix, and others follow", () => {
  const recorder = new Recorder();
  for (const kind of ["chat", "denied", "429", "page", "read"]) recorder.add({ kind, at: 0, milliseconds: 1 });
  expect(recorder.kinds).toEqual(["read", "page", "denied", "chat", "429"]);
});
