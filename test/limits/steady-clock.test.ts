import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { SteadyClock } from "../../src/limits/steady-clock.ts";

const [START, HOUR, DAY] = [1_800_000_000_000, 3_600_000, 86_400_000];

// Real time moves the clock and fires timers; somebody who sets the clock moves only the clock.
const pass = (ms: number) => vi.advanceTimersByTime(ms);
const setClock = (ms: number) => vi.setSystemTime(Date.now() + ms);

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"], now: START }));
afterEach(() => void vi.useRealTimers());

const request = (clock: SteadyClock) => clock.nowForRequest();

/** A clock that has been read at `START` by two requests, one after the other. */
function startClock(): SteadyClock {
  const clock = new SteadyClock(0);
  expect([request(clock), request(clock)]).toEqual([START, START]);
  return clock;
}

test("it advances with the clock of the machine", () => {
  const clock = startClock();
  for (const ms of [0, 1, 999, 1_000, 1_001, 10_001, DAY]) {
    const before = request(clock);
    pass(ms);
    expect(clock.now()).toBe(before + ms);
    expect(request(clock)).toBe(before + ms);
  }
  expect(clock.offset).toBe(0);
});

test.each([-1, -HOUR, -DAY, 10_001, HOUR, DAY])("a clock set by %i ms between two requests changes nothing", (ms) => {
  const clock = startClock();
  setClock(ms);
  expect([request(clock), clock.offset]).toEqual([START, -ms]);
  pass(7);
  expect([request(clock), clock.offset]).toEqual([START + 7, -ms]);
});

test("up to 10 s count as elapsed time", () => {
  const clock = startClock();
  setClock(10_000);
  expect([request(clock), clock.offset]).toEqual([START + 10_000, 0]);
});

test("a clock that is set back to the right time leaves no trace", () => {
  const clock = startClock();
  for (const ms of [HOUR, -HOUR, -DAY, DAY]) {
    setClock(ms);
    request(clock);
  }
  expect([request(clock), clock.offset]).toEqual([START, 0]);
});

describe("the last reading for a request", () => {
  test("is recent for a second, and after that the machine's clock is believed", () => {
    const clock = startClock();
    pass(999);
    setClock(DAY);
    expect(request(clock)).toBe(START);
    pass(1_000);
    setClock(DAY);
    expect(request(clock)).toBe(START + 1_000 + DAY);
  });

  test("is the last one, however many there were", () => {
    const clock = startClock();
    for (let i = 0; i < 10; i++) {
      pass(900);
      request(clock);
    }
    expect(vi.getTimerCount()).toBe(1);
    setClock(DAY);
    expect(request(clock)).toBe(START + 9_000);
  });

  test("does not make the clock go back, however long ago it was", () => {
    const clock = startClock();
    pass(60_000);
    request(clock);
    pass(60_000);
    setClock(-DAY);
    expect(request(clock)).toBe(START + 60_000);
  });
});

describe("a timer", () => {
  test("is not started by a reading that is not for a request", () => {
    const clock = new SteadyClock(0);
    clock.now();
    pass(60_000);
    clock.now();
    expect(vi.getTimerCount()).toBe(0);
  });

  test.each([1_000, 1_001, 60_000, DAY])(
    "is not started by a first request, nor by one after %i ms without any",
    (ms) => {
      const clock = new SteadyClock(0);
      for (let i = 0; i < 4; i++) {
        request(clock);
        expect(vi.getTimerCount()).toBe(0);
        pass(ms);
      }
    },
  );

  test.each([0, 1, 999])("remains for a second after a request that follows within %i ms", (ms) => {
    const clock = new SteadyClock(0);
    request(clock);
    pass(ms);
    request(clock);
    pass(999);
    expect(vi.getTimerCount()).toBe(1);
    pass(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("is renewed by a request that follows another, also where the clock leaps by less than counts as a jump", () => {
    const clock = startClock();
    pass(900);
    setClock(9_000);
    expect(request(clock)).toBe(START + 9_900);
    pass(900);
    setClock(DAY);
    expect(request(clock)).toBe(START + 9_900);
  });

  test("is not started by a request that comes after a reading that was not for one", () => {
    const clock = new SteadyClock(0);
    request(clock);
    pass(60_000);
    clock.now();
    request(clock);
    expect(vi.getTimerCount()).toBe(0);
  });
});

test("a leap ahead right after an occasional request counts as elapsed time, and a clock that goes back does not", () => {
  const clock = new SteadyClock(0);
  request(clock);
  setClock(-DAY);
  expect(clock.now()).toBe(START);
  setClock(2 * DAY);
  expect(request(clock)).toBe(START + 2 * DAY);
});

describe("a clock that continues an earlier one", () => {
  test("keeps its offset", () => {
    expect(new SteadyClock(-DAY, START - DAY - 5).now()).toBe(START - DAY);
  });

  test("believes the machine's clock about the time between them", () => {
    expect(new SteadyClock(0, START - DAY).now()).toBe(START);
  });

  test("does not start before a time that the earlier one has reached", () => {
    const clock = new SteadyClock(0, START + HOUR);
    expect([clock.now(), clock.offset]).toEqual([START + HOUR, HOUR]);
    pass(3);
    expect(clock.now()).toBe(START + HOUR + 3);
  });
});

test("however the machine's clock moves, it never goes back, and counts the time that passes", () => {
  const steps = fc.array(fc.record({ passed: fc.nat(20_000), set: fc.option(fc.integer({ min: -DAY, max: DAY })) }));
  const property = fc.property(steps, (sequence) => {
    const clock = new SteadyClock(0);
    let expected = request(clock);
    for (const { passed, set } of sequence) {
      if (set !== null && (set < 0 || set > 10_000)) {
        // A leap is noticed between requests of which the last one was not an occasional one.
        for (let i = 0; i < 2; i++) expect(request(clock)).toBe(expected);
        setClock(set);
        expect(request(clock)).toBe(expected);
      }
      pass(passed);
      expected += passed;
      expect(request(clock)).toBe(expected);
    }
  });
  fc.assert(property, { numRuns: 500 });
});
