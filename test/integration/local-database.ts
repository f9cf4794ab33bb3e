/** The local database of a checkout, from outside: D1 as the app's own functions use it, on the file that workerd has open. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";

const FOLDER = ".wrangler/state/v3/d1/miniflare-D1DatabaseObject";

/** @returns As much of D1 as sessions, accounts and tests need. */
export function openLocalDatabase(checkout: string): D1Database {
  const names = readdirSync(join(checkout, FOLDER)).filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name));
  const [name, ...others] = names;
  if (name === undefined || others.length > 0) throw new Error(`${names.length} databases in ${FOLDER}`);
  const database = new DatabaseSync(join(checkout, FOLDER, name), { timeout: 10_000 });
  const prepare = (sql: string) => statementOf(database, sql, []);
  const batch = async (statements: readonly { all(): Promise<unknown> }[]) => {
    database.exec("BEGIN IMMEDIATE");
    try {
      const results: unknown[] = [];
      for (const statement of statements) results.push(await statement.all());
      database.exec("COMMIT");
      return results;
    } catch (error) {
      database.exec("ROLLBACK");
      throw error;
    }
  };
  // A cast: nothing here asks for the rest of D1.
  return { prepare, batch } as unknown as D1Database;
}

function statementOf(database: DatabaseSync, sql: string, values: readonly SQLInputValue[]) {
  const all = async () => {
    const before = totalChanges(database);
    const results = database.prepare(sql).all(...values);
    return { success: true, results, meta: { changes: totalChanges(database) - before } };
  };
  return {
    bind: (...bound: SQLInputValue[]) => statementOf(database, sql, bound),
    all,
    run: all,
    first: async (column?: string) => {
      const row = database.prepare(sql).get(...values);
      return column === undefined ? (row ?? null) : (row?.[column] ?? null);
    },
  };
}

function totalChanges(database: DatabaseSync): number {
  return Number(database.prepare("SELECT total_changes() AS n").get()?.n);
}
