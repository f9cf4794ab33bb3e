/**
 * When a user is deleted, every table with rows of users is covered: a small one by a cascade, a large one by an
 * erasure.
 */
import { applyD1Migrations, env } from "cloudflare:test";
import { beforeAll, expect, test, vi } from "vitest";
import { facts } from "../../src/app.ts";
import { sweepDeletedUsers } from "../../src/identity/users/erasure.ts";
import { send } from "../harness.ts";
import { finish, routeRequests, tableNames } from "../route-requests.ts";
import { sweepAll } from "../sweep.ts";

/** Tables in which a user has so few rows that one statement may delete them, with the reason. */
const SMALL: Readonly<Record<string, string>> = {
  sessions: "at most 50 of each kind",
  api_keys: "the quota is 20",
  email_tokens: "at most 3 of a kind are live, and the sweep removes expired ones",
  quota_usage: "one row for each quota",
};

/** Tables whose rows outlive their user, with the reason. */
const OUTLIVING: Readonly<Record<string, string>> = {
  sockets: "the object that holds a socket must learn that its user was deleted; rows expire within minutes",
};

/** Names of columns that contain the id of a user. */
const OWNER = /^(?:user|owner|author|creator|member|account)(?:_id)?$/;

// A database with only the migrations applied, without tables of tests.
const db = env.REPLICA;
beforeAll(() => applyD1Migrations(db, env.MIGRATIONS));

async function select<T>(sql: string, ...values: string[]): Promise<T[]> {
  const { results } = await db
    .prepare(sql)
    .bind(...values)
    .all<T>();
  return results;
}

interface Column {
  readonly table: string;
  readonly column: string;
  /** The action of a reference to `users`; null if there is no reference. */
  readonly onDelete: string | null;
}

/** The columns that refer to users, by a foreign key or by their name. */
async function ownerColumns(): Promise<Column[]> {
  const tables = await select<{ name: string }>(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '_cf_*' AND name NOT GLOB 'sqlite_*'",
  );
  const columns = tables.map(({ name }) =>
    select<Column>(
      `SELECT ?1 AS "table", columns.name AS "column", keys.on_delete AS onDelete FROM pragma_table_info(?1) AS columns
       LEFT JOIN pragma_foreign_key_list(?1) AS keys ON keys."from" = columns.name AND keys."table" = 'users'`,
      name,
    ),
  );
  return (await Promise.all(columns)).flat().filter(({ column, onDelete }) => onDelete !== null || OWNER.test(column));
}

const triggersOf = (table: string) =>
  select<{ sql: string }>("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", table);

test("each table with an owner either is small and has a cascade, or is erased and refuses rows without an owner", async () => {
  const erased = new Set(facts.erasures.map(({ table }) => table));
  const problems: string[] = [];
  for (const { table, column, onDelete } of await ownerColumns()) {
    const isSmall = Object.hasOwn(SMALL, table);
    if (Object.hasOwn(OUTLIVING, table)) continue;
    if (isSmall && onDelete !== "CASCADE") problems.push(`${table}.${column} lacks ON DELETE CASCADE`);
    if (isSmall) continue;
    if (onDelete !== null) problems.push(`${table}.${column} must not refer to users, since ${table} may be large`);
    if (!erased.has(table)) problems.push(`No feature has an erasure of ${table}, whose rows have the owner ${column}`);
    const guard = `RAISE(ABORT, 'the owner does not exist') WHERE NOT EXISTS (SELECT 1 FROM users WHERE id = NEW.${column})`;
    const triggers = (await triggersOf(table)).map(({ sql }) => sql.replace(/\s+/g, " "));
    if (!triggers.some((sql) => sql.includes(`BEFORE INSERT ON ${table} BEGIN SELECT ${guard}`)))
      problems.push(`${table} needs a trigger BEFORE INSERT: SELECT ${guard}`);
  }
  expect(problems).toEqual([]);
});

test("each exception is a table with an owner", async () => {
  const owned = (await ownerColumns()).map(({ table }) => table);
  expect(owned).toEqual(expect.arrayContaining([...Object.keys(SMALL), ...Object.keys(OUTLIVING)]));
  expect(owned.length).toBeGreaterThan(Object.keys({ ...SMALL, ...OUTLIVING }).length);
});

test.each(facts.erasures)(
  "an erasure of $table searches an index, and reads no more rows than it lists",
  async (erasure) => {
    const queries: string[] = [];
    const prepare = (sql: string) => {
      queries.push(sql);
      return db.prepare(sql);
    };
    const storage = { env, db: { prepare, batch: db.batch.bind(db) }, countCall: () => {} };
    const [sweep] = sweepDeletedUsers([erasure]);
    await sweep?.list(storage, 100, []);
    await sweep?.list(storage, 100, ["[1,1,1]"]);
    await sweep?.remove(storage, ["[1,1,1]"]);
    expect(queries).toHaveLength(3);
    for (const sql of queries) {
      const values = Array.from(sql.matchAll(/\?/g), () => "[]");
      const plan = await select<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, ...values);
      const own = plan
        .map(({ detail }) => detail)
        .filter((detail) => new RegExp(`\\b${erasure.table}\\b`).test(detail));
      expect(own, sql).toEqual([expect.stringMatching(/^SEARCH .*(?:INDEX|PRIMARY KEY)/)]);
    }
  },
);

/** Finds the columns of all tables that contain one of these ids. */
async function mentionsOf(ids: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const table of await tableNames()) {
    const { results } = await env.DB.prepare("SELECT name FROM pragma_table_info(?)")
      .bind(table)
      .all<{ name: string }>();
    for (const { name } of results) {
      const mentions = `SELECT count(*) AS n FROM ${table}, json_each(?) WHERE instr("${table}"."${name}", value) > 0`;
      if ((await env.DB.prepare(mentions).bind(JSON.stringify(ids)).first("n")) !== 0) found.push(`${table}.${name}`);
    }
  }
  return found;
}

test("after every request of the app, no row contains the id of a deleted user", { timeout: 300_000 }, async () => {
  for (const method of ["log", "warn", "error"] as const) vi.spyOn(console, method).mockImplementation(() => {});
  for (const [label, prepare] of Object.entries(routeRequests)) {
    const { path, init } = await prepare();
    if (!/^(?:GET|HEAD) /.test(label)) await finish(await send(path, init));
  }
  const { results } = await env.DB.prepare("SELECT id FROM users").all<{ id: string }>();
  const ids = results.map(({ id }) => id);
  expect(await mentionsOf(ids)).not.toEqual([]);
  await env.DB.prepare("DELETE FROM users").run();
  await sweepAll();
  const allowed = [...Object.keys(OUTLIVING), "things"];
  expect((await mentionsOf(ids)).filter((found) => !allowed.includes(found.split(".")[0] ?? ""))).toEqual([]);
  vi.restoreAllMocks();
});
