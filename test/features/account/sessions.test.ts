import { env } from "cloudflare:test";
import { beforeEach, describe, expect, test } from "vitest";
import { IDLE_MS, startCookieSession } from "../../../src/identity/sessions/sessions.ts";
import { createDeviceId } from "../../../src/identity/tokens/device-token.ts";
import { createTokenSession } from "../../../src/identity/tokens/refresh-token.ts";
import { findCredentials } from "../../../src/identity/users/users.ts";
import { type Account, createAccount, openBrowser, PERMISSION, send, sendJson } from "../../harness.ts";
import { post } from "../../identity/credential-app.ts";

interface Session {
  readonly id: string;
  readonly device: string;
  readonly createdAt: string;
  readonly lastUsedAt: string;
  readonly isCurrent: boolean;
}

interface Page {
  readonly items: Session[];
  readonly nextCursor: string | null;
}

type Headers = Readonly<Record<string, string>>;

/** A user of each test's own, signed in to the API. */
let me: Account;
beforeEach(async () => {
  me = await createAccount();
});

const list = async (headers: Headers = me.headers, query = "") => {
  const response = await send(`/api/me/sessions?${query}`, { headers });
  expect([response.status, response.headers.get("Cache-Control")]).toEqual([200, "no-store"]);
  return response.json<Page>();
};
const end = async (id: string, headers: Headers = me.headers) =>
  (await send(`/api/me/sessions/${id}`, { method: "DELETE", headers })).status;
const statusFor = async (headers: Headers) => (await send("/api/me", { headers })).status;
const currentOf = ({ items }: Page) => items.filter(({ isCurrent }) => isCurrent).map(({ id }) => id);

const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";

async function ownerOf({ user }: Account, device: string) {
  const credentials = await findCredentials(env.DB, { id: user.id });
  if (!credentials) throw new Error("The user is gone");
  return { user: credentials, device, deviceId: createDeviceId() };
}

describe("GET /api/me/sessions", () => {
  test("lists browsers and clients, the newest first, in words, and says which one asks", async () => {
    await startCookieSession(env.DB, await ownerOf(me, FIREFOX));
    const page = await list();
    const iso = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const session = { id: expect.stringMatching(/^[0-9a-f-]{36}$/), createdAt: iso, lastUsedAt: iso };
    expect(page).toEqual({
      items: [
        { ...session, device: "Firefox on Linux", isCurrent: false },
        { ...session, device: "Unknown device", isCurrent: true },
      ],
      nextCursor: null,
      previousCursor: null,
    });
    const browser = await openBrowser(me);
    const [newest] = (await list(browser.headers)).items;
    expect(currentOf(await list(browser.headers))).toEqual([newest?.id]);
  });

  test("does not list sessions of other users or visitors, or ended ones", async () => {
    await openBrowser(await createAccount());
    await startCookieSession(env.DB, { user: null, device: "", deviceId: null }, { a: 1 });
    await openBrowser(me);
    await openBrowser(me);
    const [idle, revoked, own] = (await list()).items.map(({ id }) => id);
    const change = (column: string, value: number, id = "") =>
      env.DB.prepare(`UPDATE sessions SET ${column} = ? WHERE id = ?`).bind(value, id).run();
    await change("used_at", Date.now() - IDLE_MS, idle);
    await change("expires_at", 0, revoked);
    expect((await list()).items.map(({ id }) => id)).toEqual([own]);
  });

  test("gives pages, each session once", async () => {
    for (let i = 0; i < 4; i++) await openBrowser(me);
    const all = (await list()).items.map(({ id }) => id);
    const first = await list(me.headers, "limit=3");
    const second = await list(me.headers, `limit=3&cursor=${first.nextCursor}`);
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(all);
    expect([all.length, second.nextCursor]).toEqual([5, null]);
    expect((await send("/api/me/sessions?cursor=x", { headers: me.headers })).status).toBe(400);
  });

  test("is not for strangers, nor for a program with a key", async () => {
    const made = await sendJson("POST", "/api/me/keys", { name: "k", permissions: [PERMISSION] }, me.headers);
    const { key } = await made.json<{ key: string }>();
    expect((await send("/api/me/sessions")).status).toBe(401);
    expect((await send("/api/me/sessions", { headers: { "X-API-Key": key } })).status).toBe(403);
  });
});

describe("DELETE /api/me/sessions/:id", () => {
  test("ends a browser's session from the very next request on, and no other", async () => {
    const [browser, another] = [await openBrowser(me), await openBrowser(me)];
    const [id = ""] = currentOf(await list(browser.headers));
    expect(await end(id)).toBe(204);
    expect(await statusFor(browser.headers)).toBe(401);
    expect(await statusFor(another.headers)).toBe(200);
    expect(await statusFor(me.headers)).toBe(200);
    expect(await end(id)).toBe(404);
  });

  test("ends a client's session: its access token and its refresh token are then refused", async () => {
    const browser = await openBrowser(me);
    const [id = ""] = currentOf(await list());
    expect(await end(id.toUpperCase(), browser.headers)).toBe(204);
    expect(await statusFor(me.headers)).toBe(401);
    const { refreshToken } = me;
    expect((await post("/refresh", { refreshToken })).status).toBe(401);
    const other = await createTokenSession(env.DB, await ownerOf(me, ""));
    expect((await post("/refresh", { refreshToken: other?.refreshToken })).status).toBe(200);
  });

  test("responds with 404 for another user's session and for an unknown one, and ends no session", async () => {
    const other = await createAccount();
    const [theirs = ""] = currentOf(await list(other.headers));
    for (const id of [theirs, crypto.randomUUID(), "x", "' OR 1=1 --"]) expect(await end(id)).toBe(404);
    expect([await statusFor(other.headers), await statusFor(me.headers)]).toEqual([200, 200]);
  });
});
