/** Executes every SQL statement of the limits, and gives reasons for statements that scan. */
import { env, evictDurableObject } from "cloudflare:test";
import { vi } from "vitest";
import { claimKey, forgetKey, recordResponse, releaseKey, startLease } from "../../src/limits/idempotency-store.ts";
import { selectUsage } from "../../src/limits/quotas.ts";
import { createAccount } from "../harness.ts";

export const exceptions = {
  "SELECT at, count FROM admissions ORDER BY at": "reads at most `limit` rows, once for each start of the object",
};

const WINDOW_MS = 60_000;

export async function executeStatements(): Promise<void> {
  const { user } = await createAccount();
  await selectUsage(env.DB, user.id).all();
  const use = { owner: user.id, route: "r", key: "k", bodyHash: "h", leasedUntil: startLease() };
  // The second time, the key is taken.
  for (let time = 0; time < 2; time += 1) await claimKey(env.DB, use);
  await recordResponse(env.DB, use, { status: 200, headers: [], body: "" });
  await releaseKey(env.DB, use);
  await forgetKey(env.DB, use);
  await executeLimiter();
}

/** Since the clock stands still, both admissions are in one row. */
async function executeLimiter(): Promise<void> {
  const stub = () => env.RATE_LIMITER.get(env.RATE_LIMITER.idFromName("statements of a limiter"));
  for (const { reservation } of [await stub().reserve(2, WINDOW_MS), await stub().reserve(2, WINDOW_MS)])
    if (reservation !== null) await stub().settle(reservation, "refund");
  await stub().take(2, WINDOW_MS);
  // Its next request reads the admissions, and removes those that have left the window.
  await evictDurableObject(stub());
  vi.setSystemTime(Date.now() + WINDOW_MS);
  await stub().take(2, WINDOW_MS);
}
