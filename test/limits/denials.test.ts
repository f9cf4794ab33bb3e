import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Denials } from "../../src/limits/denials.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());

const moveClock = (ms: number) => vi.setSystemTime(Date.now() + ms);

test("a denial holds until its time, and says how long that is", () => {
  const denials = new Denials();
  denials.remember("a", 1_000);
  moveClock(999);
  expect(denials.find("a")).toEqual({ isAdmitted: false, remaining: 0, resetMs: 1 });
  expect(denials.find("b")).toBeUndefined();
  moveClock(1);
  expect(denials.find("a")).toBeUndefined();
});

test("of several at once the first counts, so that they make no denial longer", () => {
  const denials = new Denials();
  denials.remember("a", 1_000);
  denials.remember("a", 5_000);
  moveClock(1_000);
  expect(denials.find("a")).toBeUndefined();
});

test("a clock that has gone back behind a denial ends it, for good", () => {
  const denials = new Denials();
  denials.remember("a", 1_000);
  moveClock(-1);
  expect(denials.find("a")).toBeUndefined();
  moveClock(2);
  expect(denials.find("a")).toBeUndefined();
});

test("10,000 are remembered, and then the oldest is forgotten", () => {
  const denials = new Denials();
  for (let i = 0; i < 10_000; i++) denials.remember(String(i), 1_000);
  expect(denials.find("0")).toBeDefined();
  denials.remember("one more", 1_000);
  expect(denials.find("0")).toBeUndefined();
  for (const key of ["1", "9999", "one more"]) expect(denials.find(key)).toBeDefined();
});
