import {
  abortAllDurableObjects,
  env,
  evictDurableObject,
  runDurableObjectAlarm,
  runInDurableObject,
} from "cloudflare:test";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Ruling } from "../../src/env.ts";

const [LIMIT, MINUTE, HOUR, DAY] = [100, 60_000, 3_600_000, 86_400_000];

/** What a slow and busy machine may take for thousands of requests. Milliseconds. */
const SLOW = 600_000;

let made = 0;
const createLimiter = () => limiter(`limiter ${made++}`);
/** A new stub: one whose object has crashed does not come back. */
const limiter = (name: string) => env.RATE_LIMITER.get(env.RATE_LIMITER.idFromName(name));

type Limiter = ReturnType<typeof limiter>;

const moveClock = (ms: number) => vi.setSystemTime(Date.now() + ms);
const countAdmitted = (rulings: readonly Ruling[]) => rulings.filter(({ isAdmitted }) => isAdmitted).length;
const takeMany = (stub: Limiter, times: number, limit = LIMIT, windowMs = MINUTE) =>
  Promise.all(Array.from({ length: times }, () => stub.take(limit, windowMs)));

/** The tables and the keys in the storage of an object, and how many admissions are there. */
function readStorage(stub: Limiter) {
  return runInDurableObject(stub, async (_, { storage }) => {
    const tables = [...storage.sql.exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'")];
    const hasTable = tables.some(({ name }) => name === "admissions");
    const kept = hasTable
      ? storage.sql.exec<{ sum: number }>("SELECT total(count) AS sum FROM admissions").one()
      : null;
    return { admitted: kept?.sum ?? null, keys: [...storage.kv.list()].length, alarm: await storage.getAlarm() };
  });
}

// The object's timers are fake, too: it takes the clock's word after 5 s of quiet, and a slow machine is not to be
// such a quiet; and an eviction would wait for the real timer.
beforeEach(() => void vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

describe("of 1,000 concurrent requests", () => {
  /** What happens while requests are on their way. They are waited for where what happens would lose them. */
  const upheavals: Record<string, (name: string, calls: readonly Promise<Ruling>[]) => unknown> = {
    nothing: () => {},
    "the object is evicted": (name) => evictDurableObject(limiter(name)),
    "the object crashes": (_, calls) => Promise.all(calls).then(abortAllDurableObjects),
    "the clock goes back an hour": () => moveClock(-HOUR),
    // The object must have read the clock before, since it was started: a restart together with a leap of the clock
    // is a long absence for all it can tell, so that combination does not occur here.
    "the clock leaps a day ahead": (_, calls) => Promise.all(calls).then(() => moveClock(DAY)),
    "the clock goes back an hour and the object is evicted": (name) => {
      moveClock(-HOUR);
      return evictDurableObject(limiter(name));
    },
    "the object crashes and the clock goes back an hour": async (_, calls) => {
      await Promise.all(calls);
      await abortAllDurableObjects();
      moveClock(-HOUR);
    },
  };
  const schedules = fc.array(fc.tuple(fc.integer({ min: 1, max: 300 }), fc.constantFrom(...Object.keys(upheavals))), {
    minLength: 1,
    maxLength: 3,
  });

  test("exactly 100 are admitted, whatever happens meanwhile, 100 times of 100", { timeout: SLOW }, async () => {
    const property = fc.asyncProperty(schedules, async (schedule) => {
      const name = `burst ${made++}`;
      const calls: Promise<Ruling>[] = [];
      const send = (times: number) => {
        const stub = limiter(name);
        for (let i = 0; i < times; i++) calls.push(stub.take(LIMIT, MINUTE));
      };
      for (const [times, upheaval] of schedule) {
        send(times);
        await upheavals[upheaval]?.(name, calls);
      }
      send(1000 - calls.length);
      expect(countAdmitted(await Promise.all(calls))).toBe(LIMIT);
    });
    await fc.assert(property, { numRuns: 100, endOnFailure: true });
  });

  // Nobody can know what became of a request that a crash took: it may have been admitted and never have heard of it.
  test("no more than 100 are admitted where a crash takes some of them, and no room is lost", {
    timeout: SLOW,
  }, async () => {
    for (const answered of [0, 5, 40, 99, 150]) {
      const name = `crash ${made++}`;
      const calls = Array.from({ length: 500 }, () => limiter(name).take(LIMIT, MINUTE));
      const settled = Promise.allSettled(calls);
      await calls[answered];
      await abortAllDurableObjects();
      const before = (await settled).flatMap((call) => (call.status === "fulfilled" ? [call.value] : []));
      const after = await takeMany(limiter(name), 500);
      expect(countAdmitted([...before, ...after])).toBeLessThanOrEqual(LIMIT);
      expect((await readStorage(limiter(name))).admitted).toBe(LIMIT);
    }
  });
});

describe("a ruling", () => {
  test("says how much room is left, and when there is more", async () => {
    const stub = createLimiter();
    expect(await stub.take(2, MINUTE)).toEqual({ isAdmitted: true, remaining: 1, resetMs: MINUTE });
    await vi.advanceTimersByTimeAsync(20_000);
    expect(await stub.take(2, MINUTE)).toEqual({ isAdmitted: true, remaining: 0, resetMs: 40_000 });
    expect(await stub.take(2, MINUTE)).toEqual({ isAdmitted: false, remaining: 0, resetMs: 40_000 });
    await vi.advanceTimersByTimeAsync(40_000);
    expect(await stub.take(2, MINUTE)).toEqual({ isAdmitted: true, remaining: 0, resetMs: 20_000 });
  });

  test("follows a limit that was lowered or raised", async () => {
    const stub = createLimiter();
    expect(countAdmitted(await takeMany(stub, 20, 10))).toBe(10);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(countAdmitted(await takeMany(stub, 20, 15))).toBe(5);
    // Ten must go before there is room for one among 6: the ten of the first second.
    expect(await stub.take(6, MINUTE)).toEqual({ isAdmitted: false, remaining: 0, resetMs: MINUTE - 1_000 });
    expect((await stub.take(5, MINUTE)).resetMs).toBe(MINUTE);
  });

  test("follows a window that was shortened", async () => {
    const stub = createLimiter();
    await takeMany(stub, 5, 5);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(countAdmitted(await takeMany(stub, 10, 5, 10_000))).toBe(5);
  });
});

test("what was admitted outlives an eviction", async () => {
  const stub = createLimiter();
  await takeMany(stub, 60);
  await evictDurableObject(stub);
  expect(countAdmitted(await takeMany(stub, 200))).toBe(40);
});

test("the whole limit is there again after the window, in real time and by the platform's alarm", {
  timeout: SLOW,
}, async () => {
  vi.useRealTimers();
  const stub = createLimiter();
  expect(countAdmitted(await takeMany(stub, 30, 10, 300))).toBeGreaterThanOrEqual(10);
  await vi.waitFor(async () => expect(await readStorage(stub)).toMatchObject({ admitted: null }), { timeout: 30_000 });
  expect(countAdmitted(await takeMany(stub, 10, 10, 300))).toBe(10);
});

test.each(["awake", "away"])("a clock that goes back an hour locks nobody out of an object that is %s", async (is) => {
  const stub = createLimiter();
  await takeMany(stub, 100);
  if (is === "away") await evictDurableObject(stub);
  moveClock(-HOUR);
  expect(await stub.take(LIMIT, MINUTE)).toMatchObject({ isAdmitted: false, resetMs: MINUTE });
  await vi.advanceTimersByTimeAsync(MINUTE);
  expect(countAdmitted(await takeMany(stub, 200))).toBe(LIMIT);
});

test("what a jump of the clock taught the object outlives an eviction", async () => {
  const stub = createLimiter();
  await takeMany(stub, 99);
  moveClock(DAY);
  expect((await stub.take(LIMIT, MINUTE)).isAdmitted).toBe(true);
  await evictDurableObject(stub);
  expect(await stub.take(LIMIT, MINUTE)).toMatchObject({ isAdmitted: false, resetMs: MINUTE });
});

describe("the alarm", () => {
  test("is set for the end of the window, and removes what is stored then", async () => {
    const stub = createLimiter();
    await takeMany(stub, 10);
    expect(await readStorage(stub)).toEqual({ admitted: 10, keys: 1, alarm: Date.now() + MINUTE });
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect(await runDurableObjectAlarm(stub)).toBe(true);
    expect(await readStorage(stub)).toEqual({ admitted: null, keys: 0, alarm: null });
  });

  test("comes again where the window has not passed for all, and keeps them", async () => {
    const stub = createLimiter();
    await takeMany(stub, 10);
    await vi.advanceTimersByTimeAsync(30_000);
    await takeMany(stub, 10);
    await vi.advanceTimersByTimeAsync(30_000);
    await runDurableObjectAlarm(stub);
    expect(await readStorage(stub)).toEqual({ admitted: 10, keys: 1, alarm: Date.now() + MINUTE });
    expect(countAdmitted(await takeMany(stub, 200))).toBe(90);
  });

  test.each([
    [-HOUR, "at once"],
    [-HOUR, "after an eviction"],
    [DAY, "at once"],
    [DAY, "after an eviction"],
  ])("leaves an object that, its clock set by %i ms before, goes on working %s", async (ms, when) => {
    const stub = createLimiter();
    await takeMany(stub, 200);
    moveClock(ms);
    await stub.take(LIMIT, MINUTE);
    await vi.advanceTimersByTimeAsync(MINUTE);
    await runDurableObjectAlarm(stub);
    if (when === "after an eviction") await evictDurableObject(stub);
    expect(countAdmitted(await takeMany(stub, 200))).toBe(LIMIT);
    await evictDurableObject(stub);
    expect(countAdmitted(await takeMany(stub, 200))).toBe(0);
    expect(await readStorage(stub)).toMatchObject({ admitted: LIMIT, alarm: expect.any(Number) });
  });
});
