import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { SteadyClock } from "../../src/limits/steady-clock.ts";

const [START, HOUR, DAY] = [1_800_000_000_000, 3_600_000, 86_400_000];

// The real passage of time moves the clock and fires timers; somebody who sets the clock does only the first.
const pass = (ms: number) => vi.advanceTimersByTime(ms);
const setClock = (ms: number) => vi.setSystemTime(Date.now() + ms);

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"], now: START }));
afterEach(() => void vi.useRealTimers());

/** A clock that has been read at `START`. */
function startClock(): SteadyClock {
  const clock = new SteadyClock(0);
  expect(clock.now()).toBe(START);
  return clock;
}

test("it goes with the clock of the machine", () => {
  const clock = startClock();
  for (const ms of [0, 1, 4_999, 5_000, 5_001, 10_001, DAY]) {
    const before = clock.now();
    pass(ms);
    expect(clock.now()).toBe(before + ms);
  }
  expect(clock.offset).toBe(0);
});

test.each([-1, -HOUR, -DAY, 10_001, HOUR, DAY])(
  "where the clock is set by %i ms, it goes on as if nothing was",
  (ms) => {
    const clock = startClock();
    setClock(ms);
    expect([clock.now(), clock.offset]).toEqual([START, -ms]);
    pass(7);
    expect([clock.now(), clock.offset]).toEqual([START + 7, -ms]);
  },
);

test("it takes up to 10 s for time that has passed", () => {
  const clock = startClock();
  setClock(10_000);
  expect([clock.now(), clock.offset]).toEqual([START + 10_000, 0]);
});

test("a clock that is put right again leaves no trace", () => {
  const clock = startClock();
  for (const ms of [HOUR, -HOUR, -DAY, DAY]) {
    setClock(ms);
    clock.now();
  }
  expect([clock.now(), clock.offset]).toEqual([START, 0]);
});

describe("a last look at the clock", () => {
  test("counts as recent for 5 s, and then the clock's word is taken", () => {
    const clock = startClock();
    pass(4_999);
    setClock(DAY);
    expect(clock.now()).toBe(START);
    pass(5_000);
    setClock(DAY);
    expect(clock.now()).toBe(START + 5_000 + DAY);
  });

  test("is the last, however many there were", () => {
    const clock = startClock();
    for (let i = 0; i < 10; i++) {
      pass(4_000);
      clock.now();
    }
    expect(vi.getTimerCount()).toBe(1);
    setClock(DAY);
    expect(clock.now()).toBe(START + 40_000);
  });

  test("does not make it go back, however long ago", () => {
    const clock = startClock();
    pass(60_000);
    clock.now();
    pass(60_000);
    setClock(-DAY);
    expect(clock.now()).toBe(START + 60_000);
  });
});

describe("a clock that takes over from an earlier one", () => {
  test("keeps its offset", () => {
    expect(new SteadyClock(-DAY, START - DAY - 5).now()).toBe(START - DAY);
  });

  test("takes the machine's word for how long it was away", () => {
    expect(new SteadyClock(0, START - DAY).now()).toBe(START);
  });

  test("does not start before a time that the earlier one has reached", () => {
    const clock = new SteadyClock(0, START + HOUR);
    expect([clock.now(), clock.offset]).toEqual([START + HOUR, HOUR]);
    pass(3);
    expect(clock.now()).toBe(START + HOUR + 3);
  });
});

test("whatever happens to the machine's clock, it never goes back, and counts what has passed", () => {
  const steps = fc.array(fc.record({ passed: fc.nat(20_000), set: fc.option(fc.integer({ min: -DAY, max: DAY })) }));
  const property = fc.property(steps, (sequence) => {
    const clock = new SteadyClock(0);
    let expected = clock.now();
    for (const { passed, set } of sequence) {
      if (set !== null && (set < 0 || set > 10_000)) {
        setClock(set);
        expect(clock.now()).toBe(expected);
      }
      pass(passed);
      expected += passed;
      expect(clock.now()).toBe(expected);
    }
  });
  fc.assert(property, { numRuns: 500 });
});
