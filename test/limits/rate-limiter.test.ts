import {
  abortAllDurableObjects,
  env,
  evictDurableObject,
  runDurableObjectAlarm,
  runInDurableObject,
} from "cloudflare:test";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Reservation, Ruling } from "../../src/env.ts";

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
const reserveMany = (stub: Limiter, times: number, limit = LIMIT, windowMs = MINUTE) =>
  Promise.all(Array.from({ length: times }, () => stub.reserve(limit, windowMs)));
/** The reservations that were admitted. */
const idsOf = (attempts: readonly Reservation[]) =>
  attempts.flatMap(({ reservation }) => (reservation === null ? [] : [reservation]));
const settleAll = (stub: Limiter, reservations: readonly number[], outcome: "count" | "refund") =>
  Promise.all(reservations.map((reservation) => stub.settle(reservation, outcome)));

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

// The object's timers are fake, too: it takes the clock's word after a second of quiet, and a slow machine is not to be
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
  // Two at least: after a single request the object keeps no timer, and a leap ahead is a long absence likewise.
  const schedules = fc.array(fc.tuple(fc.integer({ min: 2, max: 300 }), fc.constantFrom(...Object.keys(upheavals))), {
    minLength: 1,
    maxLength: 3,
  });

  test("exactly 100 are admitted, whatever happens meanwhile", { timeout: SLOW }, async () => {
    const property = fc.asyncProperty(schedules, async (schedule) => {
      const name = `burst ${made++}`;
      const calls: Promise<Ruling>[] = [];
      const send = (times: number) => {
        const stub = limiter(name);
        for (let i = 0; i < times; i++) calls.push(i % 2 ? stub.reserve(LIMIT, MINUTE) : stub.take(LIMIT, MINUTE));
      };
      for (const [times, upheaval] of schedule) {
        send(times);
        await upheavals[upheaval]?.(name, calls);
      }
      send(1000 - calls.length);
      expect(countAdmitted(await Promise.all(calls))).toBe(LIMIT);
    });
    await fc.assert(property, { numRuns: env.LONG ? 100 : 12, endOnFailure: true });
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

test("admitted requests still count after an eviction", async () => {
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

test("the correction after a clock jump outlives an eviction", async () => {
  const stub = createLimiter();
  await takeMany(stub, 99);
  moveClock(DAY);
  expect((await stub.take(LIMIT, MINUTE)).isAdmitted).toBe(true);
  await evictDurableObject(stub);
  expect(await stub.take(LIMIT, MINUTE)).toMatchObject({ isAdmitted: false, resetMs: MINUTE });
});

describe("a reservation", () => {
  test("of 1,000 concurrent ones, exactly 100 are admitted, and refunds make room for exactly as many", {
    timeout: SLOW,
  }, async () => {
    const stub = createLimiter();
    const reservations = idsOf(await reserveMany(stub, 1000));
    expect([reservations.length, new Set(reservations).size]).toEqual([LIMIT, LIMIT]);
    await Promise.all([
      settleAll(stub, reservations.slice(0, 30), "refund"),
      settleAll(stub, reservations.slice(30, 70), "count"),
    ]);
    expect((await readStorage(stub)).admitted).toBe(70);
    expect(countAdmitted(await reserveMany(stub, 1000))).toBe(30);
    expect((await readStorage(stub)).admitted).toBe(LIMIT);
  });

  test("counts at once, also for requests that are not attempts", async () => {
    const stub = createLimiter();
    expect(await stub.reserve(2, MINUTE)).toEqual({
      isAdmitted: true,
      remaining: 1,
      resetMs: MINUTE,
      reservation: expect.any(Number),
      isUnsettled: false,
    });
    expect(countAdmitted(await takeMany(stub, 5, 2))).toBe(1);
  });

  test("that is denied says whether it would be admitted without the unsettled ones", async () => {
    const stub = createLimiter();
    const [first, second] = idsOf(await reserveMany(stub, 2, 2));
    const denied = { isAdmitted: false, remaining: 0, resetMs: MINUTE, reservation: null };
    expect(await stub.reserve(2, MINUTE)).toEqual({ ...denied, isUnsettled: true });
    await stub.settle(first ?? Number.NaN, "count");
    expect(await stub.reserve(2, MINUTE)).toEqual({ ...denied, isUnsettled: true });
    await stub.settle(second ?? Number.NaN, "count");
    expect(await stub.reserve(2, MINUTE)).toEqual({ ...denied, isUnsettled: false });
  });

  test("counts as failed when it has been open for more than 10 s", async () => {
    const stub = createLimiter();
    const [reservation = Number.NaN] = idsOf(await reserveMany(stub, 1, 1));
    await vi.advanceTimersByTimeAsync(10_000);
    expect((await stub.reserve(1, MINUTE)).isUnsettled).toBe(true);
    await vi.advanceTimersByTimeAsync(1);
    expect((await stub.reserve(1, MINUTE)).isUnsettled).toBe(false);
    await stub.settle(reservation, "refund");
    expect((await stub.reserve(1, MINUTE)).isAdmitted).toBe(false);
  });

  test.each(["is evicted", "crashes"])("counts as failed when the object %s", async (what) => {
    const name = `reserved ${made++}`;
    const reservations = idsOf(await reserveMany(limiter(name), 3, 3));
    if (what === "is evicted") await evictDurableObject(limiter(name));
    else await abortAllDurableObjects();
    expect(await limiter(name).reserve(3, MINUTE)).toMatchObject({ isAdmitted: false, isUnsettled: false });
    await settleAll(limiter(name), reservations, "refund");
    expect((await limiter(name).reserve(3, MINUTE)).isAdmitted).toBe(false);
    expect((await readStorage(limiter(name))).admitted).toBe(3);
  });

  test("made before an eviction settles none of those made after it", async () => {
    const stub = createLimiter();
    const old = idsOf(await reserveMany(stub, 3, 6));
    await evictDurableObject(stub);
    await reserveMany(stub, 3, 6);
    await settleAll(stub, old, "refund");
    expect(await stub.reserve(6, MINUTE)).toMatchObject({ isAdmitted: false, isUnsettled: true });
    expect((await readStorage(stub)).admitted).toBe(6);
  });

  test.each([
    ["refund", "refund", 1],
    ["count", "refund", 0],
    ["refund", "count", 1],
    ["count", "count", 0],
  ] as const)("settled by %s and then by %s gives back %i", async (first, second, room) => {
    const stub = createLimiter();
    const [reservation = Number.NaN] = idsOf(await reserveMany(stub, 3, 3));
    await stub.settle(reservation, first);
    await stub.settle(reservation, second);
    expect((await readStorage(stub)).admitted).toBe(3 - room);
    expect(countAdmitted(await reserveMany(stub, 3, 3))).toBe(room);
  });

  test("gives nothing back when it has left the window, or was cleared", async () => {
    const stub = createLimiter();
    const [old = Number.NaN] = idsOf(await reserveMany(stub, 1, 1, 5_000));
    await vi.advanceTimersByTimeAsync(5_000);
    const [cleared = Number.NaN] = idsOf(await reserveMany(stub, 1, 1, 5_000));
    await stub.settle(old, "refund");
    expect((await stub.take(1, 5_000)).isAdmitted).toBe(false);
    await stub.clear();
    await stub.take(1, 5_000);
    await stub.settle(cleared, "refund");
    expect((await stub.take(1, 5_000)).isAdmitted).toBe(false);
  });

  test.each([-1, 0.5, Number.NaN, Number.MAX_SAFE_INTEGER])("that never was, %d, changes nothing", async (id) => {
    const stub = createLimiter();
    await stub.settle(id, "refund");
    expect(await readStorage(stub)).toEqual({ admitted: null, keys: 0, alarm: null });
    await takeMany(stub, 2, 2);
    await stub.settle(id, "refund");
    expect((await readStorage(stub)).admitted).toBe(2);
  });
});

describe("clearing", () => {
  test.each(["at once", "after an eviction"])(
    "makes room for the whole limit and deletes what is stored, %s",
    async (when) => {
      const stub = createLimiter();
      await reserveMany(stub, 50);
      await takeMany(stub, 200);
      await stub.clear();
      expect(await readStorage(stub)).toEqual({ admitted: null, keys: 0, alarm: null });
      if (when === "after an eviction") await evictDurableObject(stub);
      expect(countAdmitted(await takeMany(stub, 200))).toBe(LIMIT);
      expect(await readStorage(stub)).toEqual({ admitted: LIMIT, keys: 1, alarm: Date.now() + MINUTE });
    },
  );

  test("leaves a clock that jumped before as it is", async () => {
    const stub = createLimiter();
    await takeMany(stub, 200);
    for (const ms of [-HOUR, DAY]) {
      moveClock(ms);
      await stub.clear();
      expect(countAdmitted(await takeMany(stub, 200))).toBe(LIMIT);
      moveClock(ms);
      expect(await stub.take(LIMIT, MINUTE)).toMatchObject({ isAdmitted: false, resetMs: MINUTE });
    }
  });
});

describe("an idle object costs nothing:", () => {
  const timersOf = (stub: Limiter) => runInDurableObject(stub, () => vi.getTimerCount());
  const requests: Record<string, (stub: Limiter) => Promise<unknown>> = {
    "take that is admitted": (stub) => stub.take(LIMIT, MINUTE),
    "take that is denied": (stub) => stub.take(0, MINUTE),
    "reserve that is admitted": (stub) => stub.reserve(LIMIT, MINUTE),
    "reserve that is denied": (stub) => stub.reserve(0, MINUTE),
    "reserve that is settled": async (stub) => {
      for (const id of idsOf([await stub.reserve(LIMIT, MINUTE)])) await stub.settle(id, "refund");
    },
    clear: (stub) => stub.clear(),
  };

  test.each(Object.entries(requests))("no timer outlives an occasional %s", async (_, request) => {
    const stub = createLimiter();
    for (const quiet of [1_000, 60_000]) {
      await request(stub);
      expect(await timersOf(stub)).toBe(0);
      await vi.advanceTimersByTimeAsync(quiet);
    }
    await evictDurableObject(stub);
    await request(stub);
    expect(await timersOf(stub)).toBe(0);
  });

  test("the alarm starts no timer", async () => {
    const stub = createLimiter();
    await stub.take(LIMIT, MINUTE);
    await vi.advanceTimersByTimeAsync(30_000);
    await stub.take(LIMIT, MINUTE);
    await vi.advanceTimersByTimeAsync(30_000);
    for (const left of [1, null]) {
      expect(await runDurableObjectAlarm(stub)).toBe(true);
      expect([(await readStorage(stub)).admitted, await timersOf(stub)]).toEqual([left, 0]);
      await vi.advanceTimersByTimeAsync(MINUTE);
    }
  });

  test("requests that follow one another share one timer, which ends a second after the last", async () => {
    const stub = createLimiter();
    for (let i = 0; i < 3; i++) {
      await takeMany(stub, 10);
      expect(await timersOf(stub)).toBe(1);
      await vi.advanceTimersByTimeAsync(999);
    }
    expect(await timersOf(stub)).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(await timersOf(stub)).toBe(0);
  });

  test("an object that admits nothing stores nothing", async () => {
    const stub = createLimiter();
    for (const request of [() => stub.take(0, 0), () => stub.reserve(0, MINUTE), () => stub.clear()]) {
      await request();
      expect(await readStorage(stub)).toEqual({ admitted: null, keys: 0, alarm: null });
    }
  });
});

describe("the alarm", () => {
  test.each(["at once", "after an eviction"])("is set again where it is lost or overdue, %s", async (when) => {
    const stub = createLimiter();
    await stub.take(LIMIT, MINUTE);
    const losses: ((storage: DurableObjectStorage) => unknown)[] = [
      (storage) => storage.deleteAlarm(),
      (storage) => storage.setAlarm(Date.now() + DAY),
      () => vi.advanceTimersByTimeAsync(MINUTE),
    ];
    for (const lose of losses) {
      await runInDurableObject(stub, async (_, { storage }) => void (await lose(storage)));
      if (when === "after an eviction") await evictDurableObject(stub);
      else await vi.advanceTimersByTimeAsync(MINUTE);
      await stub.take(LIMIT, MINUTE);
      expect((await readStorage(stub)).alarm).toBe(Date.now() + MINUTE);
    }
  });

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
