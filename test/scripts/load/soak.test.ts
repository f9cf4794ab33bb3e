/** A soak fails if any one of its figures is bad. */
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { trendOf } from "../../bench/load/memory-trend.ts";
import { isAsExpected } from "../../bench/load/read-back.ts";
import { Recorder } from "../../bench/load/recorder.ts";
import { toReport } from "../../bench/load/report.ts";
import { judge } from "../../bench/load/soak-report.ts";

const seconds = Array.from({ length: 121 }, (_, index) => index * 5);

describe("the trend of the last two thirds", () => {
  test.each([
    { of: "a level", value: () => 50, rise: 0, mean: 50 },
    { of: "a line", value: (at: number) => at / 10, rise: 40, mean: 40 },
    { of: "a fall", value: (at: number) => 100 - at / 10, rise: -40, mean: 60 },
    { of: "a rise in the first third only", value: (at: number) => Math.min(at, 200), rise: 0, mean: 200 },
    { of: "a saw", value: (at: number) => 50 + (at % 10), rise: 0, mean: 52.5 },
  ])("of $of", ({ value, rise, mean }) => {
    const trend = trendOf(seconds.map((at) => [at, value(at)]));
    expect(trend.rise).toBeCloseTo(rise, 0);
    expect(trend.mean).toBeCloseTo(mean, 0);
    expect(trend.risePerHour).toBeCloseTo(trend.rise * 9, 5);
  });

  test.each([[[]], [[[0, 1]]]] as [[number, number][]][])("of %j is unknown", (points) => {
    expect(trendOf(points).rise).toBeNaN();
  });
});

/** Creates the figures of a soak without a fault. */
function soak() {
  const recorder = new Recorder();
  recorder.add({ kind: "read", at: 1, milliseconds: 5 });
  const result = { recorder, seconds: 600, sent: 1, unsent: 0, notes: [], faults: {} };
  const watched = seconds.map((at) => ({
    at,
    residentMiB: 300,
    heapMiB: 20,
    descriptors: 400,
    sockets: 30,
  }));
  return {
    report: toReport(result, { target: "a Worker", concurrency: 1, rate: undefined }),
    watched,
    settled: watched[0],
    written: 10,
    missing: [] as string[],
    faults: { "messages lost": 0 },
    done: { evictions: 5, restarts: 3 },
  };
}

type Soak = ReturnType<typeof soak>;

const growing = (given: Soak, grow: (share: number) => object): Soak => ({
  ...given,
  watched: given.watched.map((sample) => ({ ...sample, ...grow(sample.at / 600) })),
});

test("a soak without a fault passes", () => {
  const { hasPassed, text } = judge(soak());
  expect(hasPassed).toBe(true);
  expect(text).toContain("Verdict: good");
  expect(text).not.toContain("bad");
});

test("the memory of the process is reported, and not judged", () => {
  const { hasPassed, text } = judge(growing(soak(), (share) => ({ residentMiB: 300 + 90 * share })));
  expect(text).toContain("last two thirds | mean 360.0 MiB, rise 60.00 MiB (540.0 per hour) | not judged |");
  expect(hasPassed).toBe(true);
});

test.each<[string, (given: Soak) => Soak]>([
  ["an error", (given) => ({ ...given, report: { ...given.report, errors: 1 } })],
  ["a write that is missing", (given) => ({ ...given, missing: ["/api/things/1: 404"] })],
  ["a lost message", (given) => ({ ...given, faults: { "messages lost": 1 } })],
  ["a heap that grows", (given) => growing(given, (share) => ({ heapMiB: 20 + 10 * share }))],
  ["descriptors that grow", (given) => growing(given, (share) => ({ descriptors: 400 + 200 * share }))],
  ["sockets that stay open", (given) => ({ ...given, settled: { ...given.watched[0], sockets: 60 } as never })],
  ["a heap that was never read", (given) => growing(given, () => ({ heapMiB: undefined }))],
  ["no eviction", (given) => ({ ...given, done: { evictions: 0, restarts: 3 } })],
  ["no restart", (given) => ({ ...given, done: { evictions: 5, restarts: 0 } })],
])("%s fails a soak", (_, spoil) => {
  const { hasPassed, text } = judge(spoil(soak()));
  expect(hasPassed).toBe(false);
  expect(text.match(/\*\*bad\*\*/g)).toHaveLength(1);
  expect(text).toContain("Verdict: bad");
});

const BODY = Buffer.from("a note");
const sha256 = createHash("sha256").update(BODY).digest("hex");

test.each([
  { status: 200, expected: true },
  { status: 404, expected: false },
  { status: 200, text: "note", expected: true },
  { status: 200, text: "other", expected: false },
  { status: 200, sha256, expected: true },
  { status: 200, sha256: sha256.replace(/.$/, "-"), expected: false },
])("read back as %j", ({ expected, ...stored }) => {
  expect(isAsExpected({ status: 200, headers: {}, body: BODY }, { path: "/x", ...stored })).toBe(expected);
});
