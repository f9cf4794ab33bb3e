/** Wraps a database so that it reports the cost of its statements. */

/** Called with each statement and its result. */
export type Count = (sql: string, result: D1Result) => void;

const STATEMENT = Symbol();

interface MeteredStatement {
  readonly [STATEMENT]: { readonly sql: string; readonly real: D1PreparedStatement };
}

/** `first` and `raw` do not report rows, so both run as `all`. */
export function meterDatabase(db: D1Database, count: Count): D1Database {
  const meterStatement = (sql: string, real: D1PreparedStatement): object => {
    const all = async () => {
      const result = await real.all<Record<string, unknown>>();
      count(sql, result);
      return result;
    };
    return {
      [STATEMENT]: { sql, real },
      bind: (...values: unknown[]) => meterStatement(sql, real.bind(...values)),
      all,
      run: all,
      raw: async () => (await all()).results.map((row) => Object.values(row)),
      first: async (column?: string) => {
        const [row] = (await all()).results;
        return row === undefined ? null : column === undefined ? row : row[column];
      },
    };
  };
  const meterSession = (session: D1Database | D1DatabaseSession): object => ({
    prepare: (sql: string) => meterStatement(sql, session.prepare(sql)),
    batch: async (statements: MeteredStatement[]) => {
      const results = await session.batch(statements.map((each) => each[STATEMENT].real));
      for (const [index, result] of results.entries()) count(statements[index]?.[STATEMENT].sql ?? "", result);
      return results;
    },
    withSession: (mode?: string) => meterSession(db.withSession(mode)),
    getBookmark: () => ("getBookmark" in session ? session.getBookmark() : null),
  });
  return meterSession(db) as D1Database;
}
