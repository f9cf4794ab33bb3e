/**
 * Bindings that repeat their first results. They make the CPU time of the app alone measurable, since local storage
 * runs in the same process.
 */
import type { Ruling } from "../../../src/env.ts";

const statement = Symbol();

interface Repeated {
  readonly [statement]: { readonly sql: string; readonly real: D1PreparedStatement };
}

/** @returns A database that executes each statement once, and then repeats its result. */
export function repeatDatabase(db: D1Database): D1Database {
  const results = new Map<string, unknown>();
  const repeat = (key: string, call: () => unknown) => {
    if (!results.has(key)) results.set(key, call());
    return results.get(key);
  };
  const repeatStatement = (sql: string, real: D1PreparedStatement): object => ({
    [statement]: { sql, real },
    bind: (...values: unknown[]) => repeatStatement(sql, real.bind(...values)),
    all: () => repeat(`all ${sql}`, () => real.all()),
    run: () => repeat(`run ${sql}`, () => real.run()),
    first: (column: string) => repeat(`first ${sql}`, () => real.first(column)),
    raw: () => repeat(`raw ${sql}`, () => real.raw()),
  });
  const repeatSession = (session: D1Database | D1DatabaseSession): object => ({
    prepare: (sql: string) => repeatStatement(sql, session.prepare(sql)),
    batch: (all: Repeated[]) =>
      repeat(all.map((each) => each[statement].sql).join(), () =>
        session.batch(all.map((each) => each[statement].real)),
      ),
    withSession: (mode?: string) => repeatSession(db.withSession(mode)),
    getBookmark: () => ("getBookmark" in session ? session.getBookmark() : null),
  });
  return repeatSession(db) as D1Database;
}

/** @returns A namespace of limiters that all give the same ruling. */
export function repeatRuling(isAdmitted: boolean) {
  const ruling: Ruling = { isAdmitted, remaining: isAdmitted ? 100 : 0, resetMs: 60_000 };
  const reservation = { ...ruling, reservation: 1, isUnsettled: false };
  const limiter = {
    take: async () => ruling,
    reserve: async () => reservation,
    settle: async () => {},
    clear: async () => {},
  };
  return { idFromName: (name: string) => name, get: () => limiter };
}

/** Admits every request. */
export const admitAll: RateLimit = { limit: async () => ({ success: true }) };
