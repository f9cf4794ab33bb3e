/** Deleting a user: the account is gone at once, and its data is erased in batches. */
import { createExecutionContext, env, waitOnExecutionContext } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import * as events from "../../../src/identity/users/account-events.ts";
import { sweepDeletedUsers } from "../../../src/identity/users/erasure.ts";
import { createUser, deleteUser } from "../../../src/identity/users/users.ts";
import { claimKey, keysOfUsers, startLease } from "../../../src/limits/idempotency-store.ts";
import { runSweeps } from "../../../src/web/app/run-sweeps.ts";
import { createAccount, createKey, createLocals, openBrowser, PERMISSION, send, sendJson } from "../../harness.ts";
import { sweepAll } from "../../sweep.ts";

const PLENTY = { calls: 1_000, milliseconds: 60_000 };

beforeEach(async () => {
  await env.DB.batch(
    ["idempotency_keys", "users", "deleted_users"].map((name) => env.DB.prepare(`DELETE FROM ${name}`)),
  );
});
afterEach(() => void vi.restoreAllMocks());

/** Gives a user idempotency keys, which are rows of a large table. */
const fill = (owner: string, count: number) =>
  env.DB.prepare(
    `INSERT INTO idempotency_keys (owner, route, key, body_hash, resource_id, leased_until, expires_at)
     WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?2)
     SELECT ?1, 'r', n, 'h', 'm', 0, 9000000000000000 FROM numbers`,
  )
    .bind(owner, count)
    .run();

const keysOf = (owner: string) =>
  env.DB.prepare("SELECT count(*) AS n FROM idempotency_keys WHERE owner = ?").bind(owner).first<number>("n");
const deletedUsers = async () => {
  const { results } = await env.DB.prepare("SELECT id FROM deleted_users ORDER BY number").all<{ id: string }>();
  return results.map(({ id }) => id);
};

describe("a user who is deleted", () => {
  test("is gone at once with every credential, and the address is free, before anything is erased", async () => {
    const me = await createAccount({ email: "me@example.com" });
    const [browser, key] = [await openBrowser(me), await createKey(me, [PERMISSION])];
    await fill(me.user.id, 1_000);
    await deleteUser(env.DB, me.user.id);
    expect(await keysOf(me.user.id)).toBe(1_000);
    const credentials = [me.headers, browser.headers, { "X-API-Key": key.key }];
    const statuses = credentials.map(async (headers) => (await send("/api/things", { headers })).status);
    expect(await Promise.all(statuses)).toEqual([401, 401, 401]);
    const again = await createUser(env.DB, { email: "me@example.com", name: "Me", passwordHash: "h" });
    expect(again?.id).not.toBe(me.user.id);
    expect(await deletedUsers()).toEqual([me.user.id]);
    await sweepAll();
    expect([await keysOf(me.user.id), await deletedUsers()]).toEqual([0, []]);
    expect(await env.DB.prepare("SELECT count(*) AS n FROM users WHERE email = 'me@example.com'").first("n")).toBe(1);
  });

  test("is erased after the response of the request that deletes the user, and no other user is", async () => {
    const [me, other, earlier] = [await createAccount(), await createAccount(), await createAccount()];
    for (const { user } of [me, other, earlier]) await fill(user.id, 1_234);
    await deleteUser(env.DB, earlier.user.id);
    const ctx = createExecutionContext();
    const locals = createLocals({}, ctx);
    expect(await events.deleteAccount({ locals }, me.user.id)).toMatchObject({ id: me.user.id });
    await waitOnExecutionContext(ctx);
    const counts = [me, other, earlier].map(({ user }) => keysOf(user.id));
    expect(await Promise.all(counts)).toEqual([0, 1_234, 1_234]);
    expect(await deletedUsers()).toEqual([earlier.user.id]);
  });

  test("is erased by the sweep if the request fails to", async () => {
    const me = await createAccount();
    await fill(me.user.id, 300);
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    const ctx = createExecutionContext();
    const locals = createLocals({}, ctx);
    const prepare = (sql: string) => {
      if (sql.startsWith("DELETE FROM idempotency_keys")) throw new Error("Network connection lost");
      return env.DB.prepare(sql);
    };
    const db = {
      ...locals.db,
      prepare,
      batch: env.DB.batch.bind(env.DB),
      isPrimary: true,
    } as unknown as typeof locals.db;
    await events.deleteAccount({ locals: { ...locals, db } }, me.user.id);
    await waitOnExecutionContext(ctx);
    expect([await keysOf(me.user.id), await deletedUsers()]).toEqual([300, [me.user.id]]);
    expect(log.mock.calls.join()).toMatch(/"level":"error","requestId":"the-request-id".*"table":"idempotency_keys"/);
    await sweepAll();
    expect([await keysOf(me.user.id), await deletedUsers()]).toEqual([0, []]);
  });

  test("is erased by as many runs as it takes", async () => {
    const me = await createAccount();
    await fill(me.user.id, 1_000);
    await deleteUser(env.DB, me.user.id);
    const left: (number | null)[] = [];
    while ((await deletedUsers()).length > 0 && left.length < 100) {
      await runSweeps({ env, db: env.DB }, sweepDeletedUsers([keysOfUsers]), { ...PLENTY, calls: 10 });
      left.push(await keysOf(me.user.id));
    }
    expect(left).toEqual([...left].sort((a, b) => (b ?? 0) - (a ?? 0)));
    expect(left.length).toBeGreaterThan(2);
    expect(left.at(-1)).toBe(0);
  });

  test("is erased except for a row that cannot be deleted, which delays no other row or user", async () => {
    const [first, second] = [await createAccount(), await createAccount()];
    for (const { user } of [first, second]) {
      await fill(user.id, 250);
      await deleteUser(env.DB, user.id);
    }
    await env.DB.prepare(
      `CREATE TRIGGER poison BEFORE DELETE ON idempotency_keys WHEN OLD.owner = '${first.user.id}' AND OLD.key = '77'
       BEGIN SELECT RAISE(ABORT, 'a bad row'); END`,
    ).run();
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    await sweepAll();
    expect([await keysOf(first.user.id), await keysOf(second.user.id)]).toEqual([1, 0]);
    expect(await deletedUsers()).toEqual([first.user.id]);
    expect(log.mock.calls.join()).toContain(JSON.stringify([JSON.stringify([first.user.id, "r", "77"])]));
    await env.DB.prepare("DROP TRIGGER poison").run();
    await sweepAll();
    expect([await keysOf(first.user.id), await deletedUsers()]).toEqual([0, []]);
  });
});

test("requests that race with the deletion of their user leave no row", { timeout: 60_000 }, async () => {
  for (let round = 0; round < 8; round++) {
    const { user } = await createAccount();
    const claim = (key: number) =>
      claimKey(env.DB, { owner: user.id, route: "r", key: `${key}`, bodyHash: "h", leasedUntil: startLease() });
    const before = Array.from({ length: round }, (_, n) => claim(n));
    const deletion = deleteUser(env.DB, user.id);
    const after = Array.from({ length: 10 }, (_, n) => claim(100 + n));
    const erasing = deletion.then(() => sweepAll());
    const results = await Promise.allSettled([...before, ...after]);
    await erasing;
    await sweepAll();
    expect(results.filter(({ status }) => status === "rejected").length).toBeGreaterThanOrEqual(10);
    expect([await keysOf(user.id), await deletedUsers()]).toEqual([0, []]);
  }
});

test("a request whose user is deleted meanwhile is refused with 401", async () => {
  const me = await createAccount();
  const DB = Object.assign(Object.create(env.DB), {
    withSession: (constraint: string) => {
      const session = env.DB.withSession(constraint);
      const prepare = (sql: string) => {
        if (!sql.startsWith("INSERT INTO idempotency_keys")) return session.prepare(sql);
        const first = async () => {
          await deleteUser(env.DB, me.user.id);
          return session.prepare(sql).bind(me.user.id, "r", "k", "h", "i", 1, 2, 3).first();
        };
        return { bind: () => ({ first }) };
      };
      return { prepare, batch: session.batch.bind(session), getBookmark: () => session.getBookmark() };
    },
  });
  const headers = { ...me.headers, "Idempotency-Key": "k" };
  const response = await sendJson("POST", "/api/things", { title: "t" }, headers, { DB });
  expect([response.status, response.headers.get("WWW-Authenticate")]).toEqual([401, "Bearer"]);
  expect(await response.json()).toMatchObject({ detail: "This account has been deleted." });
});

test("a user can be deleted at any millisecond, also after January 2038", async () => {
  const trigger = await env.DB.prepare("SELECT sql FROM sqlite_master WHERE name = 'users_note_deletion'").first("sql");
  // A clock that the test can set: `created_at`.
  const clocked = String(trigger).replace("unixepoch('subsec')", "unixepoch(OLD.created_at, 'subsec')");
  expect(clocked).not.toBe(trigger);
  const replaceTrigger = (sql: unknown) =>
    env.DB.batch(["DROP TRIGGER users_note_deletion", String(sql)].map((each) => env.DB.prepare(each)));
  const times = ["2026-11-01T12:00:00", "2038-01-19T03:14:08", "2100-01-01T00:00:00"].flatMap((second) =>
    Array.from({ length: 10 }, (_, i) => `${second}.${String(i * 37).padStart(3, "0")}Z`),
  );
  await env.DB.prepare(
    `INSERT INTO users (id, email, name, role, password_hash, created_at)
     SELECT value, value, 'Ada', 'user', 'h', value FROM json_each(?)`,
  )
    .bind(JSON.stringify(times))
    .run();
  await replaceTrigger(clocked);
  try {
    for (const time of times) await deleteUser(env.DB, time);
  } finally {
    await replaceTrigger(trigger);
  }
  const { results } = await env.DB.prepare("SELECT id, deleted_at AS at FROM deleted_users ORDER BY number").all();
  expect(results.map(({ id }) => id)).toEqual(times);
  for (const { id, at } of results) expect(Math.abs(Number(at) - Date.parse(String(id)))).toBeLessThanOrEqual(1);
});
