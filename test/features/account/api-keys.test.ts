import { env } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { hashSecret } from "../../../src/identity/tokens/secret.ts";
import { APP_ID } from "../../../src/web/app/app-name.ts";
import { type Account, createAccount, PERMISSION, send, sendJson } from "../../harness.ts";
import { WRITE_PERMISSION } from "../../things.ts";

interface Key {
  readonly id: string;
  readonly name: string;
  readonly permissions: string[];
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly lastUsedAt: string | null;
  readonly key: string;
}

interface Page {
  readonly items: Omit<Key, "key">[];
  readonly nextCursor: string | null;
}

const DAY_MS = 24 * 60 * 60_000;

/** A user of each test's own. */
let me: Account;
beforeEach(async () => {
  me = await createAccount();
});
afterEach(() => vi.useRealTimers());

const make = (body: unknown, { headers }: Pick<Account, "headers"> = me) =>
  sendJson("POST", "/api/me/keys", body, headers);
const makeKey = async (name = "backup", permissions = [PERMISSION]) => {
  const response = await make({ name, permissions });
  expect(response.status).toBe(201);
  return response.json<Key>();
};
const list = async (query = "", { headers } = me) => (await send(`/api/me/keys?${query}`, { headers })).json<Page>();
const remove = async (id: string, { headers } = me) =>
  (await send(`/api/me/keys/${id}`, { method: "DELETE", headers })).status;
const withKey = ({ key }: Key) => ({ "X-API-Key": key });
const statusOf = async (key: Key, path = "/api/things") => (await send(path, { headers: withKey(key) })).status;

describe("POST /api/me/keys", () => {
  test("responds with 201 and the key, which no cache stores and no other response shows", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const response = await make({ name: " backup ", permissions: [PERMISSION, WRITE_PERMISSION, PERMISSION] });
    const made = await response.json<Key>();
    expect(response.status).toBe(201);
    expect(response.headers.get("Cache-Control")).toBe("no-store");
    expect(response.headers.get("Location")).toBe(`/api/me/keys/${made.id}`);
    expect(made).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: "backup",
      permissions: [PERMISSION, WRITE_PERMISSION],
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      expiresAt: new Date(Date.now() + 90 * DAY_MS).toISOString(),
      lastUsedAt: null,
      key: expect.stringMatching(new RegExp(`^${APP_ID}_[\\w-]{43}$`)),
    });
    const { key, ...shown } = made;
    expect(await list()).toEqual({ items: [shown], nextCursor: null, previousCursor: null });
    expect(await statusOf(made)).toBe(200);
  });

  test("stores a hash of the key and no part of it", async () => {
    const { key } = await makeKey();
    const stored = JSON.stringify((await env.DB.prepare("SELECT * FROM api_keys").all()).results);
    expect(stored).toContain(hashSecret(key));
    expect(stored).not.toContain(key.slice(`${APP_ID}_`.length));
    expect(stored).not.toContain(key.slice(0, 15));
  });

  test.each([
    { name: "backup", permissions: ["things:delete"] },
    { name: "backup", permissions: [PERMISSION, "admin"] },
    { name: "backup", permissions: ["*"] },
    { name: "backup", permissions: ["__proto__"] },
    { name: "backup", permissions: PERMISSION },
    { name: "backup", permissions: [] },
    { name: "backup" },
    { name: " ", permissions: [PERMISSION] },
    { name: "a".repeat(101), permissions: [PERMISSION] },
    { name: "backup", permissions: [PERMISSION], userId: "x" },
  ])("refuses %j with 400", async (body) => {
    expect((await make(body)).status).toBe(400);
    expect((await list()).items).toEqual([]);
  });
});

describe("GET /api/me/keys", () => {
  test("lists one's own keys by pages, the newest first", async () => {
    for (const name of ["1", "2", "3", "4", "5"]) await makeKey(name);
    const names: string[][] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const page: Page = await list(cursor ? `limit=2&cursor=${cursor}` : "limit=2");
      names.push(page.items.map(({ name }) => name));
      cursor = page.nextCursor;
    }
    expect(names).toEqual([["5", "4"], ["3", "2"], ["1"]]);
    expect((await list("", await createAccount())).items).toEqual([]);
  });

  test.each(["limit=0", "limit=101", "cursor=x"])("refuses %s with 400", async (query) => {
    expect((await send(`/api/me/keys?${query}`, { headers: me.headers })).status).toBe(400);
  });
});

describe("DELETE /api/me/keys/:id", () => {
  test("responds with 204, and the key is refused from the next request on", async () => {
    const [key, another] = [await makeKey(), await makeKey()];
    expect(await remove(key.id)).toBe(204);
    expect(await statusOf(key)).toBe(401);
    expect(await statusOf(another)).toBe(200);
    expect(await remove(key.id)).toBe(404);
  });

  test("responds with 204 for an id in capitals", async () => {
    const key = await makeKey();
    expect(await remove(key.id.toUpperCase())).toBe(204);
    expect(await statusOf(key)).toBe(401);
  });

  test("responds with 404 for another user's key, and does not delete it", async () => {
    const key = await makeKey();
    expect(await remove(key.id, await createAccount())).toBe(404);
    expect(await statusOf(key)).toBe(200);
  });

  test.each(["unknown", "0190a0c4-0000-7000-8000-000000000000", "%00", "' OR 1=1 --"])(
    "responds with 404 for %j",
    async (id) => {
      const key = await makeKey();
      expect(await remove(id)).toBe(404);
      expect(await statusOf(key)).toBe(200);
    },
  );
});

describe("an API key", () => {
  test("allows only requests that its permissions cover", async () => {
    const key = await makeKey("reader", [PERMISSION]);
    expect(await statusOf(key)).toBe(200);
    expect((await sendJson("POST", "/api/things", { title: "t" }, withKey(key))).status).toBe(403);
  });

  test.each([
    ["POST", "/api/me/keys"],
    ["GET", "/api/me/keys"],
    ["DELETE", "/api/me/keys/x"],
    ["GET", "/api/me"],
    ["PATCH", "/api/me"],
    ["POST", "/api/me/password"],
    ["POST", "/api/me/confirm-password"],
    ["POST", "/api/me/verify-email"],
  ])("is refused by %s %s with 403, whatever it may", async (method, path) => {
    const key = await makeKey("all", [PERMISSION, WRITE_PERMISSION]);
    const body = method === "GET" ? {} : { body: JSON.stringify({ name: "more", permissions: [PERMISSION] }) };
    const headers = { ...withKey(key), "Content-Type": "application/json" };
    expect((await send(path, { method, headers, ...body })).status).toBe(403);
    expect((await list()).items).toHaveLength(1);
  });

  test("is refused if a letter of it differs, or if it has anything else with it", async () => {
    const { key } = await makeKey();
    const start = key.slice(0, -1);
    for (const wrong of [
      start,
      start + (key.endsWith("A") ? "B" : "A"),
      `${key}A`,
      `${key}, ${key}`,
      key.slice(7),
      hashSecret(key),
      "",
    ]) {
      expect((await send("/api/things", { headers: { "X-API-Key": wrong } })).status).toBe(401);
    }
  });

  test("is not an access token", async () => {
    const { key } = await makeKey();
    expect((await send("/api/things", { headers: { Authorization: `Bearer ${key}` } })).status).toBe(401);
  });
});
