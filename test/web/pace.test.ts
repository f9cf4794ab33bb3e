import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Pace, type Pacing } from "../../src/web/pace.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());

const wait = (ms: number) => vi.setSystemTime(Date.now() + ms);
const take = (pace: Pace, times: number): Pacing[] => Array.from({ length: times }, () => pace.take());
const count = (taken: readonly Pacing[], pacing: Pacing) => taken.filter((each) => each === pacing).length;

test("60 frames at once are fine, one more is too fast", () => {
  const pace = new Pace();
  expect(count(take(pace, 60), "fine")).toBe(60);
  expect(pace.take()).toBe("too fast");
});

test("20 frames a second are fine for ever, 21 are not", () => {
  const [calm, hasty] = [new Pace(), new Pace()];
  const seconds = Array.from({ length: 120 });
  const taken = (pace: Pace, each: number) =>
    seconds.flatMap(() => {
      wait(1000);
      return take(pace, each);
    });
  expect(count(taken(calm, 20), "fine")).toBe(2400);
  expect(count(taken(hasty, 21), "too fast")).toBeGreaterThan(0);
});

test("60 refusals are put up with, one more is hopeless, also later", () => {
  const pace = new Pace();
  take(pace, 60);
  expect(count(take(pace, 60), "too fast")).toBe(60);
  expect(pace.take()).toBe("hopeless");
});

test("a pause that fills the bucket wipes the refusals out", () => {
  const pace = new Pace();
  take(pace, 120);
  wait(3_000);
  expect(count(take(pace, 60), "fine")).toBe(60);
  expect(count(take(pace, 60), "too fast")).toBe(60);
});

test("a shorter pause does not", () => {
  const pace = new Pace();
  take(pace, 120);
  wait(2_000);
  expect(count(take(pace, 40), "fine")).toBe(40);
  expect(pace.take()).toBe("hopeless");
});

test("a clock that goes back takes nothing, and gives nothing", () => {
  const pace = new Pace();
  take(pace, 30);
  wait(-3_600_000);
  expect(count(take(pace, 31), "fine")).toBe(30);
});
