/** Lists and counts of credentials read about as many rows as they return, however many other rows there are. */
import { env } from "cloudflare:test";
import { expect, test } from "vitest";
import { listSessions } from "../../src/identity/sessions/session-list.ts";
import { startTokenSession } from "../../src/identity/sessions/sessions.ts";
import { createApiKey, listApiKeys } from "../../src/identity/tokens/api-keys.ts";
import { findCredentials, setRole } from "../../src/identity/users/users.ts";
import { createAccount } from "../harness.ts";
import { countRows } from "../row-counter.ts";

const MANY = 2_000;

const numbers = JSON.stringify(Array.from({ length: MANY }, (_, index) => index));

/** Inserts rows, whose ids must be greater than those of all other rows. */
const insertMany = (columns: string, values: string, ...bound: unknown[]) =>
  env.DB.prepare(`INSERT INTO ${columns} SELECT ${values} FROM json_each(?)`)
    .bind(...bound, numbers)
    .run();

const insertKeys = (userId: string, expiresAt: number) =>
  insertMany(
    "api_keys (id, user_id, key_hash, name, permissions, created_at, expires_at)",
    "'f' || ?1 || value, ?2, 'h' || ?1 || value, 'n', '[]', '', ?1",
    expiresAt,
    userId,
  );

test("neither a page of sessions nor the start of a session reads revoked sessions", async () => {
  const { user } = await createAccount();
  await insertMany(
    "sessions (id, user_id, kind, secret_hash, device, created_at, used_at, expires_at)",
    "'f' || value, ?1, 'token', ?1 || value, 'd', 0, 0, 0",
    user.id,
  );
  const { db, rowsOf } = countRows();
  expect(await rowsOf(listSessions(db, user.id, { limit: 20 }))).toBeLessThan(10);
  const owner = await findCredentials(env.DB, { id: user.id });
  if (!owner) return expect.fail("There is no such account");
  const tokens = { secretHash: "s", refreshHash: "r" };
  const start = startTokenSession(db, { user: owner, device: "", deviceId: null }, tokens);
  expect(await rowsOf(start)).toBeLessThan(20);
});

test.each([
  ["the first", undefined],
  ["the next", { direction: "next", key: "f999" }],
  ["a previous", { direction: "previous", key: "f1" }],
] as const)("%s page of keys reads about its limit, and creating a key reads no expired ones", async (_, cursor) => {
  const { user } = await createAccount();
  await insertKeys(user.id, Date.now() - 1_000 - Math.floor(Math.random() * 1e6));
  const { db, rowsOf } = countRows();
  expect(await rowsOf(listApiKeys(db, user.id, { cursor, limit: 20 }))).toBeLessThan(45);
  expect(await rowsOf(createApiKey(db, user.id, { name: "n", permissions: [] }))).toBeLessThan(20);
});

test("demoting an administrator reads about as many rows as there are administrators", async () => {
  const [{ user }] = [
    await createAccount({ role: "admin", emailVerified: true }),
    await createAccount({ role: "admin" }),
  ];
  await insertMany(
    "users (id, email, name, role, password_hash, created_at)",
    "?1 || value, ?1 || value, 'n', 'user', 'h', ''",
    "u",
  );
  const { db, rowsOf } = countRows();
  expect(await rowsOf(setRole(db, user.id, "user"))).toBeLessThan(30);
});
