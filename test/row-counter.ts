/** Counts the rows that statements read, for tests of their cost. */
import { env } from "cloudflare:test";
import { databaseWith } from "./databases.ts";

/** A database that adds up the rows that its statements read. */
export function countRows() {
  let rows = 0;
  const wrap = (statement: D1PreparedStatement): object => ({
    bind: (...values: unknown[]) => wrap(statement.bind(...values)),
    all: async () => {
      const result = await statement.all();
      rows += result.meta.rows_read;
      return result;
    },
    first: async (column?: string) => {
      const result = await statement.all();
      rows += result.meta.rows_read;
      const row = result.results[0] ?? null;
      return row && column !== undefined ? row[column] : row;
    },
    statement,
  });
  const batch = async (statements: D1PreparedStatement[]) => {
    const originals = statements.map((each) => (each as unknown as { statement: D1PreparedStatement }).statement);
    const results = await env.DB.batch(originals);
    for (const { meta } of results) rows += meta.rows_read;
    return results;
  };
  const db = databaseWith({ prepare: (sql) => wrap(env.DB.prepare(sql)), batch });
  return {
    db,
    async rowsOf(work: Promise<unknown>) {
      const before = rows;
      await work;
      return rows - before;
    },
  };
}
