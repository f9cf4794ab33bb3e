/** A replica of the test database that lags behind until a test copies the current state to it. */
import { applyD1Migrations, env } from "cloudflare:test";
import { CREATE_THINGS } from "./things.ts";

/** A database with a replica, as D1 offers it to sessions. */
export interface ReplicatedDatabase {
  readonly DB: D1Database;
  /** Copies the current state to the replica. */
  sync(): Promise<void>;
  /** The constraint of each session: a mode, or a bookmark. */
  readonly constraints: readonly string[];
  /** The number of statements that the replica has executed. */
  readonly reads: () => number;
  /** Makes the next statements of the replica fail. */
  fail(error: Error | undefined): void;
}

const CONSTRAINTS = ["first-primary", "first-unconstrained"];

/** Drops the triggers, since the rows that they write are copied like all others. */
async function dropTriggers(database: D1Database): Promise<void> {
  const { results } = await database
    .prepare("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    .all<{ name: string }>();
  for (const { name } of results) await database.exec(`DROP TRIGGER ${name}`);
}

/** Creates the replica, empty but for its tables. */
export async function createReplica(): Promise<ReplicatedDatabase> {
  await applyD1Migrations(env.REPLICA, env.MIGRATIONS);
  await env.REPLICA.exec(CREATE_THINGS);
  await dropTriggers(env.REPLICA);
  const constraints: string[] = [];
  let reads = 0;
  let failure: Error | undefined;
  let syncedTo = "";

  /** A session of the replica. It has no newer state than the last copy. */
  function readReplica(): D1DatabaseSession {
    const prepare = (sql: string) => {
      if (failure) throw failure;
      reads += 1;
      return env.REPLICA.prepare(sql);
    };
    const batch = () => Promise.reject(new Error("Only reads go to the replica"));
    return { prepare, batch, getBookmark: () => syncedTo } as unknown as D1DatabaseSession;
  }

  async function sync(): Promise<void> {
    const session = env.DB.withSession("first-primary");
    const { results: tables } = await session
      .prepare(
        `SELECT name, type FROM pragma_table_list
         WHERE type IN ('table', 'virtual') AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '_cf%'
         ORDER BY type`,
      )
      .all<{ name: string; type: "table" | "virtual" }>();
    const copies = await Promise.all(
      tables.map(async ({ name, type }) => {
        // A search index is derived from its table.
        if (type === "virtual") return [env.REPLICA.prepare(`INSERT INTO ${name} (${name}) VALUES ('rebuild')`)];
        const rows = await session.prepare(`SELECT * FROM ${name}`).raw();
        return rows.map((row) =>
          env.REPLICA.prepare(`INSERT INTO ${name} VALUES (${row.map(() => "?").join(", ")})`).bind(...row),
        );
      }),
    );
    const ordinary = tables.filter(({ type }) => type === "table");
    await env.REPLICA.batch([
      env.REPLICA.prepare("PRAGMA defer_foreign_keys = on"),
      // Deletions come first, since some cascade.
      ...ordinary.map(({ name }) => env.REPLICA.prepare(`DELETE FROM ${name}`)),
      ...copies.flat(),
    ]);
    syncedTo = session.getBookmark() ?? "";
  }

  const DB = new Proxy(env.DB, {
    get(db, name) {
      if (name !== "withSession") throw new Error(`A request uses DB.${String(name)}`);
      return (constraint = "first-unconstrained") => {
        constraints.push(constraint);
        // D1 waits for a replica that is too old; another one, or the primary, is as good.
        const isOnReplica = !CONSTRAINTS.includes(constraint) && constraint <= syncedTo;
        return isOnReplica ? readReplica() : db.withSession(constraint);
      };
    },
  });
  const fail = (error: Error | undefined) => {
    failure = error;
  };
  await sync();
  return { DB, sync, constraints, reads: () => reads, fail };
}
