import { env, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ensureAlarm } from "../../../src/web/platform/ensure-alarm.ts";

const [MINUTE, HOUR] = [60_000, 3_600_000];

// A day ahead, since the platform sets no alarm before its own time.
beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 24 * HOUR }));
afterEach(() => void vi.useRealTimers());

let made = 0;

/** Runs with the storage of an object that nothing else uses. */
function withStorage<T>(run: (storage: DurableObjectStorage) => Promise<T>): Promise<T> {
  const stub = env.RATE_LIMITER.get(env.RATE_LIMITER.idFromName(`alarm ${made++}`));
  return runInDurableObject(stub, (_, { storage }) => run(storage));
}

test.each([
  ["is missing", null, 0, MINUTE],
  ["would come too late", HOUR, 0, MINUTE],
  ["would come one millisecond too late", MINUTE + 1, 0, MINUTE],
  ["would come exactly in time", MINUTE, 0, MINUTE],
  ["comes earlier", MINUTE / 2, 0, MINUTE / 2],
  ["is due now", MINUTE, MINUTE, 2 * MINUTE],
  ["has been due for an hour", MINUTE, HOUR, HOUR + MINUTE],
  ["was set before the clock went back", MINUTE, -HOUR, MINUTE - HOUR],
])("an alarm that %s ends up within the time asked for", async (_, setFor, clockMoves, expected) => {
  const startedAt = Date.now();
  const [returned, stored] = await withStorage(async (storage) => {
    if (setFor !== null) await storage.setAlarm(startedAt + setFor);
    vi.setSystemTime(startedAt + clockMoves);
    return [await ensureAlarm(storage, MINUTE), await storage.getAlarm()];
  });
  expect([returned, stored]).toEqual([startedAt + expected, startedAt + expected]);
});
