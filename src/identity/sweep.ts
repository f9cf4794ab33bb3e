/** Removes what has expired, so that the database does not grow with what nobody can use. */
import { IDLE_MS } from "./sessions.ts";

/** Rows at a time, lest one statement hold the database up. */
const BATCH = 500;

/** What may go, by its table's key. The moment is `?1`, the last use of an idle session `?2`. */
const EXPIRED = [
  ["sessions", "id", "expires_at <= ?1 OR used_at <= ?2"],
  ["email_tokens", "token_hash", "expires_at <= ?1 AND ?2"],
  ["idempotency_keys", "owner, route, key", "expires_at <= ?1 AND ?2"],
] as const;

/**
 * Sweeps every table, batch after batch. Safe to run twice, also at once; a run that fails is made up for
 * by the next, and a table that fails does not keep the others from being swept.
 *
 * @throws What the first failing table threw.
 */
export async function sweepExpired(db: D1Database): Promise<void> {
  const sweeps = EXPIRED.map(async ([table, key, condition]) => {
    const statement = `DELETE FROM ${table} WHERE (${key}) IN (SELECT ${key} FROM ${table} WHERE ${condition} LIMIT ${BATCH})`;
    let swept = BATCH;
    while (swept >= BATCH) {
      const now = Date.now();
      swept = (
        await db
          .prepare(statement)
          .bind(now, now - IDLE_MS)
          .run()
      ).meta.changes;
    }
  });
  const failed = (await Promise.allSettled(sweeps)).find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
}
