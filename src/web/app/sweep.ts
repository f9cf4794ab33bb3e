/** Sweeps, each of which removes the rows of a table that are due; `run-sweeps.ts` runs them. */
import type { StorageLocals } from "../../env.ts";
import type { Database } from "../platform/request-database.ts";

/** The storage that a sweep uses. Statements of `db` are counted automatically. */
export interface SweepStorage extends StorageLocals {
  /** Counts a call of another binding, such as a bucket. Use it before each such call. */
  readonly countCall: () => void;
}

/** The result of a statement, without the rows that triggers changed. */
export interface Removal {
  readonly rows: number;
  /** Milliseconds in the database. */
  readonly duration: number;
}

/**
 * Removes the rows of a table that are due. Keys are text, and opaque to the runner. Runs may be interrupted, repeated
 * or concurrent, so `remove` must ignore rows that are no longer due or no longer exist.
 */
export interface Sweep {
  readonly table: string;
  /** Why rows are due, for the log. */
  readonly reason: string;
  /** @returns The keys of up to `limit` rows that are due, without the `skipped` ones. */
  readonly list: (storage: SweepStorage, limit: number, skipped: readonly string[]) => Promise<readonly string[]>;
  /** Removes these rows, or none of them if it fails. @returns The number of rows, and the time of the statement. */
  readonly remove: (storage: SweepStorage, keys: readonly string[]) => Promise<Removal>;
}

/** Rows of a table that are due. `table`, `key` and `where` are SQL. */
export interface DueRows {
  readonly table: string;
  /** For the log. Default: `expired`. */
  readonly reason?: string;
  /** The columns of a unique key, separated by commas. */
  readonly key: string;
  /** The condition that makes a row due, with a `?` for each of `values`. It needs an index. */
  readonly where: string;
  readonly values?: () => readonly (number | string)[];
}

/**
 * Creates a sweep of the rows that match a condition.
 *
 * @example
 * sweepRows({ table: "drafts", key: "id", where: "expires_at <= ?", values: () => [Date.now()] })
 */
export function sweepRows({ table, reason = "expired", key, where, values = () => [] }: DueRows): Sweep {
  return {
    table,
    reason,
    list: ({ db }, limit, skipped) =>
      listKeys(db, { key, from: `${table} WHERE (${where})` }, values(), limit, skipped),
    remove: ({ db }, keys) => deleteRows(db, { table, key, where }, keys, values()),
  };
}

/** @param rows The key's columns, and the end of a SELECT: the tables, and a condition. @param values For its `?`. */
export async function listKeys(
  db: Database,
  { key, from }: { readonly key: string; readonly from: string },
  values: readonly (number | string)[],
  limit: number,
  skipped: readonly string[],
): Promise<readonly string[]> {
  const rest = skipped.length === 0 ? "" : ` AND (${key}) NOT IN (${keysOf(key)})`;
  const { results } = await db
    .prepare(`SELECT json_array(${key}) AS key FROM ${from}${rest} LIMIT ?`)
    .bind(...values, ...(skipped.length === 0 ? [] : [toJson(skipped)]), limit)
    .all<{ key: string }>();
  return results.map((row) => row.key);
}

/** Deletes those of the rows that still match the condition. */
export async function deleteRows(
  db: Database,
  { table, key, where }: Pick<DueRows, "table" | "key"> & { readonly where?: string },
  keys: readonly string[],
  values: readonly (number | string)[] = [],
): Promise<Removal> {
  // `IS TRUE` makes SQLite search for the keys, instead of reading all due rows for each batch.
  const stillDue = where === undefined ? "" : ` AND (${where}) IS TRUE`;
  const { results, meta } = await db
    .prepare(`DELETE FROM ${table} WHERE (${key}) IN (${keysOf(key)})${stillDue} RETURNING 1 AS removed`)
    .bind(toJson(keys), ...values)
    .all();
  return { rows: results.length, duration: meta.duration };
}

/** Selects the keys of a JSON list. */
function keysOf(key: string): string {
  const columns = key.split(",").map((_, index) => `value->>${index}`);
  return `SELECT ${columns.join(", ")} FROM json_each(?)`;
}

/** The keys are already JSON, since a JavaScript number cannot hold every large integer. */
function toJson(keys: readonly string[]): string {
  return `[${keys.join(",")}]`;
}
