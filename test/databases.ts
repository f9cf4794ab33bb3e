/** Databases that behave differently from the real one, for requests and for work outside them alike. */
import { env } from "cloudflare:test";

/**
 * The database, with another `prepare` or `batch`. Both also apply to the sessions that requests open.
 *
 * @param given May return partial statements: only the methods that the code under test calls.
 */
export function databaseWith(given: {
  readonly prepare?: (sql: string) => unknown;
  readonly batch?: (statements: D1PreparedStatement[]) => unknown;
}): D1Database {
  const { prepare = (sql: string) => env.DB.prepare(sql) } = given;
  const { batch = (statements: D1PreparedStatement[]) => env.DB.batch(statements) } = given;
  const session = { prepare, batch, getBookmark: () => null };
  return { ...session, withSession: () => session } as unknown as D1Database;
}
