/** A database in front of which something else happens: to try every interleaving of a request with an event. */

const EXECUTIONS: readonly PropertyKey[] = ["first", "run", "all", "raw"];

/** A database, and whether its interruption has come. */
export interface InterruptedDb {
  readonly db: D1Database;
  readonly wasInterrupted: () => boolean;
}

/** @param at The query, counted from 1, before which `event` happens, from its beginning to its end. */
export function interruptedDb(db: D1Database, at: number, event: () => Promise<void>): InterruptedDb {
  let queries = 0;
  const originals = new WeakMap<D1PreparedStatement, D1PreparedStatement>();

  async function beforeQuery(): Promise<void> {
    queries += 1;
    if (queries === at) await event();
  }
  function observe(original: D1PreparedStatement): D1PreparedStatement {
    const observed = new Proxy(original, {
      get(target, name) {
        if (name === "bind") return (...values: unknown[]) => observe(target.bind(...values));
        const member: unknown = Reflect.get(target, name);
        if (!EXECUTIONS.includes(name) || typeof member !== "function") return member;
        return async (...parameters: unknown[]) => {
          await beforeQuery();
          return Reflect.apply(member, target, parameters);
        };
      },
    });
    originals.set(observed, original);
    return observed;
  }
  const session = {
    prepare: (sql: string) => observe(db.prepare(sql)),
    batch: async (statements: D1PreparedStatement[]) => {
      await beforeQuery();
      return db.batch(statements.map((statement) => originals.get(statement) ?? statement));
    },
    getBookmark: () => null,
  };
  const observed = { ...session, withSession: () => session } as unknown as D1Database;
  return { db: observed, wasInterrupted: () => queries >= at };
}
