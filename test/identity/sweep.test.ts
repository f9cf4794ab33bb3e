import { env } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { IDLE_MS } from "../../src/identity/sessions/sessions.ts";
import { createAccount } from "../harness.ts";
import { sweepAll } from "../sweep.ts";

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
  const user = "?1 || value, ?1 || value, 'n', 'user', 'h', ''";
  await insertMany(count, "users (id, email, name, role, password_hash, created_at)", user, name);
  const token = "?1 || value, ?1 || value, 'reset', ?2";
  await insertMany(count, "email_tokens (token_hash, user_id, purpose, expires_at)", token, name, expiresAt);
}

/** How many rows are left, by table. */
const countRows = () =>
  Promise.all(TABLES.map((table) => env.DB.prepare(`SELECT count(*) AS n FROM ${table}`).first<number>("n")));

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());
beforeEach(async () => {
  await env.DB.batch([...TABLES, "users", "deleted_users"].map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
  await insertMany(1, "users (id, email, name, role, password_hash, created_at)", "'', '', '', 'user', '', ''");
});

describe("the sweep", () => {
  test("removes only expired rows", async () => {
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
    await sweepAll();
    expect(await countRows()).toEqual([2, 2, 2]);
    expect(await env.DB.prepare("SELECT count(*) AS n FROM users").first("n")).toBe(1 + 3);
  });

  test("keeps signed-in users signed in", async () => {
    await createAccount();
    await sweepAll();
    expect(await countRows()).toEqual([1, 0, 0]);
  });

  test("continues until a table is clean", async () => {
    await insertKeys(1_200, "expired", 1);
    await insertSessions(1_000, "idle", { usedAt: 1 });
    await insertTokens(501, "expired", 1);
    await sweepAll();
    expect(await countRows()).toEqual([0, 0, 0]);
  });

  test("may run twice at once, and again", async () => {
    await insertKeys(1_200, "expired", 1);
    await insertKeys(700, "good", LATER);
    await Promise.all([sweepAll(), sweepAll()]);
    await sweepAll();
    expect(await countRows()).toEqual([0, 0, 700]);
  });

  test.each(TABLES)("sweeps the others if %s fails, reports it, and catches up next time", async (table) => {
    await insertKeys(600, "expired", 1);
    await insertSessions(600, "idle", { usedAt: 1 });
    await insertTokens(600, "expired", 1);
    let batches = 0;
    const prepare = (sql: string) => {
      if (sql.includes(`DELETE FROM ${table} `) && ++batches > 1) throw new Error("Network connection lost");
      return env.DB.prepare(sql);
    };
    const DB: D1Database = Object.assign(Object.create(env.DB), { prepare });
    await expect(sweepAll({ DB })).rejects.toThrow("Network connection lost");
    expect(await countRows()).toEqual(TABLES.map((name) => (name === table ? 500 : 0)));
    await sweepAll();
    expect(await countRows()).toEqual([0, 0, 0]);
  });

  test("does not remove a session that was used after it was listed", async () => {
    await insertSessions(3, "idle", { usedAt: 1 });
    const prepare = (sql: string) => {
      const statement = env.DB.prepare(sql);
      if (!sql.startsWith("DELETE FROM sessions ")) return statement;
      const bind = (...values: unknown[]) => ({
        all: async () => {
          await env.DB.prepare("UPDATE sessions SET used_at = ? WHERE id = 'idle1'").bind(Date.now()).run();
          return statement.bind(...values).all();
        },
      });
      return { bind };
    };
    await sweepAll({ DB: { prepare } as unknown as D1Database });
    const { results } = await env.DB.prepare("SELECT id FROM sessions").all();
    expect(results).toEqual([{ id: "idle1" }]);
  });
});
