import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type RateDecision, TokenBucket, TokenBuckets } from "../../../src/web/realtime/token-bucket.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());

const wait = (ms: number) => vi.setSystemTime(Date.now() + ms);
const take = (bucket: TokenBucket, times: number): RateDecision[] => Array.from({ length: times }, () => bucket.take());
const count = (taken: readonly RateDecision[], pacing: RateDecision) => taken.filter((each) => each === pacing).length;

test("60 frames at once are allowed, one more is throttled", () => {
  const bucket = new TokenBucket();
  expect(count(take(bucket, 60), "allow")).toBe(60);
  expect(bucket.take()).toBe("throttle");
});

test("20 frames a second are allowed for ever, 21 are not", () => {
  const [calm, hasty] = [new TokenBucket(), new TokenBucket()];
  const seconds = Array.from({ length: 120 });
  const taken = (bucket: TokenBucket, each: number) =>
    seconds.flatMap(() => {
      wait(1000);
      return take(bucket, each);
    });
  expect(count(taken(calm, 20), "allow")).toBe(2400);
  expect(count(taken(hasty, 21), "throttle")).toBeGreaterThan(0);
});

test("60 refusals are tolerated, one more closes, and so does the next", () => {
  const bucket = new TokenBucket();
  take(bucket, 60);
  expect(count(take(bucket, 60), "throttle")).toBe(60);
  expect(bucket.take()).toBe("close");
});

test("a pause that fills the bucket resets the refusals", () => {
  const bucket = new TokenBucket();
  take(bucket, 120);
  wait(3_000);
  expect(count(take(bucket, 60), "allow")).toBe(60);
  expect(count(take(bucket, 60), "throttle")).toBe(60);
});

test("a shorter pause does not", () => {
  const bucket = new TokenBucket();
  take(bucket, 120);
  wait(2_000);
  expect(count(take(bucket, 40), "allow")).toBe(40);
  expect(bucket.take()).toBe("close");
});

test("a clock that goes back takes nothing, and gives nothing", () => {
  const bucket = new TokenBucket();
  take(bucket, 30);
  wait(-3_600_000);
  expect(count(take(bucket, 31), "allow")).toBe(30);
});

describe("buckets by key", () => {
  test("are each their own, and stay while they are not full", () => {
    const buckets = new TokenBuckets();
    for (let n = 0; n < 60; n++) expect(buckets.take("ada")).toBe("allow");
    for (let n = 0; n < 500; n++) buckets.take(`other ${n}`);
    expect([buckets.take("ada"), buckets.take("grace")]).toEqual(["throttle", "allow"]);
  });

  test("that are full again are dropped, so that their number stays bounded", () => {
    const buckets = new TokenBuckets();
    for (let n = 0; n < 10_000; n++) {
      buckets.take(`user ${n}`);
      wait(10);
    }
    // A bucket of which one token was taken is full after 50 ms.
    expect(buckets.size).toBeLessThanOrEqual(64);
    for (let n = 0; n < 1_000; n++) buckets.take(`crowd ${n}`);
    wait(3_000);
    for (let n = 0; n < 2_000; n++) {
      buckets.take(`user ${n}`);
      wait(10);
    }
    expect(buckets.size).toBeLessThanOrEqual(2_048);
    wait(3_000);
    for (let n = 0; n < 3_000; n++) {
      buckets.take(`late ${n}`);
      wait(50);
    }
    expect(buckets.size).toBeLessThanOrEqual(64);
  });
});
