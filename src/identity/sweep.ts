/** Removes expired rows from the database. */
import { waitForAll } from "../web/app/wait-for-all.ts";
import type { Database } from "../web/platform/request-database.ts";
import { IDLE_MS } from "./sessions/sessions.ts";
import { EXPIRED_KEY_RETENTION_MS } from "./tokens/api-keys.ts";

/** Maximum rows per statement, so that no statement blocks the database for long. */
const BATCH = 500;

/** A table's key, the condition for its expired rows, and the values of that condition at a given time. */
type Expired = readonly [table: string, key: string, condition: string, valuesAt: (now: number) => number[]];

const EXPIRED: readonly Expired[] = [
  ["sessions", "id", "expires_at <= ? OR used_at <= ?", (now) => [now, now - IDLE_MS]],
  ["api_keys", "id", "expires_at <= ?", (now) => [now - EXPIRED_KEY_RETENTION_MS]],
  ["email_tokens", "token_hash", "expires_at <= ?", (now) => [now]],
  ["sockets", "id", "live_until <= ?", (now) => [now]],
  ["idempotency_keys", "owner, route, key", "expires_at <= ?", (now) => [now]],
];

/**
 * Sweeps every table in batches. Safe to run repeatedly and concurrently. The next run makes up for a failed one, and a
 * failing table does not prevent the others from being swept.
 *
 * @throws The error of the first failing table.
 */
export async function sweepExpired(db: Database): Promise<void> {
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
