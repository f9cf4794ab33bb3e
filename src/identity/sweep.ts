/** Removes what has expired, so that the database does not grow with what nobody can use. */
import { waitForAll } from "../web/app/wait-for-all.ts";
import { IDLE_MS } from "./sessions/sessions.ts";
import { EXPIRED_KEY_RETENTION_MS } from "./tokens/api-keys.ts";

/** Rows at a time, lest one statement hold the database up. */
const BATCH = 500;

/** A table's key, what of it may go, and the values of that condition at a moment. */
type Expired = readonly [table: string, key: string, condition: string, valuesAt: (now: number) => number[]];

const EXPIRED: readonly Expired[] = [
  ["sessions", "id", "expires_at <= ? OR used_at <= ?", (now) => [now, now - IDLE_MS]],
  ["api_keys", "id", "expires_at <= ?", (now) => [now - EXPIRED_KEY_RETENTION_MS]],
  ["email_tokens", "token_hash", "expires_at <= ?", (now) => [now]],
  ["sockets", "id", "live_until <= ?", (now) => [now]],
  ["idempotency_keys", "owner, route, key", "expires_at <= ?", (now) => [now]],
];

/**
 * Sweeps every table, batch after batch. Safe to run twice, also at once; a run that fails is made up for
 * by the next, and a table that fails does not keep the others from being swept.
 *
 * @throws What the first failing table threw.
 */
export async function sweepExpired(db: D1Database): Promise<void> {
  const sweeps = EXPIRED.map(async ([table, key, condition, valuesAt]) => {
    const statement = `DELETE FROM ${table} WHERE (${key}) IN (SELECT ${key} FROM ${table} WHERE ${condition} LIMIT ${BATCH})`;
    let swept = BATCH;
    while (swept >= BATCH) {
      const bound = db.prepare(statement).bind(...valuesAt(Date.now()));
      swept = (await bound.run()).meta.changes;
    }
  });
  await waitForAll(sweeps);
}
