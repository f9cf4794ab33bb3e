import { createScheduledController, env } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { IDLE_MS } from "../../src/identity/sessions/sessions.ts";
import { sweepExpired } from "../../src/identity/sweep.ts";
import worker from "../../src/index.ts";
import { createAccount } from "../harness.ts";

const TABLES = ["sessions", "email_tokens", "idempotency_keys"] as const;
const LATER = Date.now() + 86_400_000;

/** Runs a statement for each number from 0 on; `value` is the number. */
const insertMany = (count: number, columns: string, values: string, ...bound: unknown[]) =>
  env.DB.prepare(`INSERT INTO ${columns} SELECT ${values} FROM json_each(?)`)
    .bind(...bound, JSON.stringify(Array.from({ length: count }, (_, i) => i)))
    .run();

const insertKeys = (count: number, name: string, expiresAt: number) =>
  insertMany(
    count,
    "idempotency_keys (owner, route, key, body_hash, resource_id, leased_until, expires_at)",
    "(SELECT min(id) FROM users), 'r', ? || value, 'h', 'm', 0, ?",
    name,
    expiresAt,
  );

const insertSessions = (count: number, name: string, { usedAt = Date.now(), expiresAt = LATER }) =>
  insertMany(
    count,
    "sessions (id, kind, secret_hash, device, created_at, used_at, expires_at)",
    "?1 || value, 'cookie', ?1 || value, 'd', 0, ?2, ?3",
    name,
    usedAt,
    expiresAt,
  );

/** One token of each of so many new users. */
async function insertTokens(count: number, name: string, expiresAt: number): Promise<void> {
  const user = "?1 || value, ?1 || value, 'n', 'user', 'h', '', ''";
  await insertMany(count, "users (id, email, name, role, password_hash, folded, created_at)", user, name);
  const token = "?1 || value, ?1 || value, 'reset', ?2";
  await insertMany(count, "email_tokens (token_hash, user_id, purpose, expires_at)", token, name, expiresAt);
}

/** How many rows are left, by table. */
const countRows = () =>
  Promise.all(TABLES.map((table) => env.DB.prepare(`SELECT count(*) AS n FROM ${table}`).first<number>("n")));

/** The database, with what is done before each statement. */
const watch = (before: (sql: string) => void): D1Database =>
  Object.assign(Object.create(env.DB), {
    prepare: (sql: string) => {
      before(sql);
      return env.DB.prepare(sql);
    },
  });

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());
beforeEach(async () => {
  await env.DB.batch([...TABLES, "users"].map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
  await insertMany(
    1,
    "users (id, email, name, role, password_hash, folded, created_at)",
    "'', '', '', 'user', '', '', ''",
  );
});

describe("the sweep", () => {
  test("removes what has expired, and nothing else", async () => {
    const now = Date.now();
    await insertKeys(1, "expired", now);
    await insertKeys(2, "good", now + 1);
    await insertTokens(1, "expired", now);
    await insertTokens(2, "good", now + 1);
    await insertSessions(1, "expired", { expiresAt: now });
    await insertSessions(1, "revoked", { expiresAt: 0 });
    await insertSessions(1, "idle", { usedAt: now - IDLE_MS });
    await insertSessions(1, "good", { expiresAt: now + 1 });
    await insertSessions(1, "quiet", { usedAt: now - IDLE_MS + 1 });
    await sweepExpired(env.DB);
    expect(await countRows()).toEqual([2, 2, 2]);
    expect(await env.DB.prepare("SELECT count(*) AS n FROM users").first("n")).toBe(1 + 3);
  });

  test("leaves who is signed in signed in", async () => {
    await createAccount();
    await sweepExpired(env.DB);
    expect(await countRows()).toEqual([1, 0, 0]);
  });

  test("goes on until a table is clean, in batches of 500", async () => {
    await insertKeys(1_200, "expired", 1);
    await insertSessions(1_000, "idle", { usedAt: 1 });
    await insertTokens(501, "expired", 1);
    const statements: string[] = [];
    await sweepExpired(watch((sql) => statements.push(sql)));
    expect(await countRows()).toEqual([0, 0, 0]);
    const batches = TABLES.map((table) => statements.filter((sql) => sql.includes(`DELETE FROM ${table} `)).length);
    expect(batches).toEqual([3, 2, 3]);
  });

  test("may run twice at once, and again", async () => {
    await insertKeys(1_200, "expired", 1);
    await insertKeys(700, "good", LATER);
    await Promise.all([sweepExpired(env.DB), sweepExpired(env.DB)]);
    await sweepExpired(env.DB);
    expect(await countRows()).toEqual([0, 0, 700]);
  });

  test.each(TABLES)("sweeps the others where %s fails, says so, and makes up for it next time", async (table) => {
    await insertKeys(600, "expired", 1);
    await insertSessions(600, "idle", { usedAt: 1 });
    await insertTokens(600, "expired", 1);
    let batches = 0;
    const broken = watch((sql) => {
      if (sql.includes(`DELETE FROM ${table} `) && ++batches > 1) throw new Error(`${table} is locked`);
    });
    await expect(sweepExpired(broken)).rejects.toThrow(`${table} is locked`);
    expect(await countRows()).toEqual(TABLES.map((name) => (name === table ? 100 : 0)));
    await sweepExpired(env.DB);
    expect(await countRows()).toEqual([0, 0, 0]);
  });
});

test("the Worker sweeps when it is woken by its schedule", async () => {
  await insertKeys(3, "expired", 1);
  await worker.scheduled(createScheduledController(), env);
  expect(await countRows()).toEqual([0, 0, 0]);
});
