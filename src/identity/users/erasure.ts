/** Erases the data of deleted users in batches, so that no statement delays other users for long. */
import type { AppLocals, Erasure } from "../../env.ts";
import { runSweeps, type SweepLimits } from "../../web/app/run-sweeps.ts";
import { deleteRows, listKeys, type Sweep, sweepRows } from "../../web/app/sweep.ts";
import { logReport } from "../../web/app/sweep-nightly.ts";

/** The platform allows 30 seconds after a response. The calls leave room for those that the request has made. */
const AFTER_RESPONSE: SweepLimits = { calls: 400, milliseconds: 20_000 };

/** Erases the data of a user who has just been deleted. The nightly sweep erases the rest. */
export async function eraseUser({ env, db, app, requestId }: AppLocals, id: string): Promise<void> {
  const reports = await runSweeps({ env, db }, sweepDeletedUsers(app.erasures, id), AFTER_RESPONSE);
  for (const report of reports) if (report.error !== undefined) logReport(report, requestId);
}

/**
 * The sweeps that erase the data of deleted users. The last one removes from `deleted_users` those whose data is
 * erased. They may run at any time: no row can be added for a deleted user.
 *
 * @param id The only user whose data is erased. Default: all.
 */
export function sweepDeletedUsers(erasures: readonly Erasure[], id?: string): readonly Sweep[] {
  const isEmpty = erasures.map(({ table, owner }) => `NOT EXISTS (SELECT 1 FROM ${table} WHERE ${owner})`);
  const where = [id === undefined ? "TRUE" : "deleted_users.id = ?", ...isEmpty].join(" AND ");
  const values = () => (id === undefined ? [] : [id]);
  const erased = sweepRows({ table: "deleted_users", reason: "erased", key: "number", where, values });
  return [...erasures.map((erasure) => sweepOwned(erasure, id)), erased];
}

/** The rows of a table that belong to deleted users. A row never changes its owner. */
function sweepOwned({ table, key, owner }: Erasure, id?: string): Sweep {
  // CROSS JOIN makes SQLite begin with `deleted_users`, which has few rows.
  const from = `deleted_users CROSS JOIN ${table} WHERE ${id === undefined ? "" : "deleted_users.id = ? AND "}${owner}`;
  const values = id === undefined ? [] : [id];
  const qualified = key.split(",").map((column) => `${table}.${column.trim()}`);
  return {
    table,
    reason: "owner deleted",
    list: ({ db }, limit, skipped) => listKeys(db, { key: qualified.join(", "), from }, values, limit, skipped),
    remove: ({ db }, keys) => deleteRows(db, { table, key }, keys),
  };
}
