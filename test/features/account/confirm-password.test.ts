/** `requireRecentSignIn`, in the API: every route behind it, and what a client does about it. */

import { env } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { app } from "../../../src/app.ts";
import { type Account, createAccount, createKey, openBrowser, PASSWORD, send, sendJson } from "../../harness.ts";
import { listRequests } from "../../policy/list-requests.ts";

const RECENT_MS = 10 * 60_000;
type Headers = Readonly<Record<string, string>>;

interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly deviceToken: string;
}

/** An administrator and a user of each test's own; the clock stands still but for what a test lets pass. */
let me: Account;
let other: Account;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  [me, other] = [await createAccount({ role: "admin" }), await createAccount()];
  // The last administrator could not be deleted.
  await createAccount({ role: "admin" });
});
afterEach(() => vi.useRealTimers());

const passTime = (ms: number) => vi.setSystemTime(Date.now() + ms);
const statusFor = async (headers: Headers) => (await send("/api/me", { headers })).status;
const bearer = ({ accessToken }: Pick<Tokens, "accessToken">) => ({ Authorization: `Bearer ${accessToken}` });
const refresh = (refreshToken: string) => sendJson("POST", "/api/auth/refresh", { refreshToken });
const confirm = (headers: Headers, password = PASSWORD) =>
  sendJson("POST", "/api/me/confirm-password", { password }, headers);
const stateNow = async () => {
  const query = "SELECT (SELECT count(*) FROM api_keys) || ' ' || group_concat(id || role) AS state FROM users";
  return env.DB.prepare(query).first("state");
};

/** The routes that change something sensitive, with the status of success. */
const SENSITIVE: Record<string, { readonly send: (headers: Headers) => Promise<Response>; readonly status: number }> = {
  "POST /api/me/keys": {
    send: (headers) => sendJson("POST", "/api/me/keys", { name: "k", permissions: ["notes:read"] }, headers),
    status: 201,
  },
  "PATCH /api/admin/users/:id": {
    send: (headers) => sendJson("PATCH", `/api/admin/users/${other.user.id}`, { role: "admin" }, headers),
    status: 200,
  },
  "DELETE /api/admin/users/:id": {
    send: (headers) => send(`/api/admin/users/${other.user.id}`, { method: "DELETE", headers }),
    status: 204,
  },
};

test("these are the routes of the API that ask for a recent sign-in", () => {
  const guarded = listRequests(app.handlers).filter(({ guards }) =>
    guards.some(({ name }) => name === "requireRecentSignIn"),
  );
  const api = guarded.filter(({ path }) => path.startsWith("/api/")).map(({ method, path }) => `${method} ${path}`);
  expect(api.sort()).toEqual(Object.keys(SENSITIVE).sort());
});

/** A session whose access token is good, but whose password was given that long ago. */
async function holdToken(ms: number): Promise<{ headers: Headers; refreshToken: string }> {
  passTime(ms);
  const tokens = await (await refresh(me.refreshToken)).json<Tokens>();
  return { headers: bearer(tokens), refreshToken: tokens.refreshToken };
}

describe.each(Object.entries(SENSITIVE))("%s", (_, { send: ask, status }) => {
  test("is open for 10 minutes after the password was given, also after a refresh", async () => {
    const { headers } = await holdToken(RECENT_MS);
    expect((await ask(headers)).status).toBe(status);
  });

  test.each(["token", "cookie"])("is 403 afterwards, with a %s, and changes nothing", async (kind) => {
    const { Cookie } = (await openBrowser(me)).headers;
    const { headers } = await holdToken(RECENT_MS + 1);
    const before = await stateNow();
    const response = await ask(kind === "token" ? headers : { Cookie, "Sec-Fetch-Site": "same-origin" });
    expect([response.status, response.headers.get("Content-Type")]).toEqual([403, "application/problem+json"]);
    expect(await response.json()).toMatchObject({ type: "recent-sign-in-required", status: 403 });
    expect(await stateNow()).toBe(before);
  });

  test("is 403 for an API key at any time", async () => {
    const { key } = await createKey(me, ["notes:read", "notes:write"]);
    const before = await stateNow();
    expect((await ask({ "X-API-Key": key })).status).toBe(403);
    expect(await stateNow()).toBe(before);
  });

  test("works with the tokens that confirming the password gives, for another 10 minutes", async () => {
    const { headers } = await holdToken(RECENT_MS + 1);
    expect((await ask(headers)).status).toBe(403);
    const tokens = await (await confirm(headers)).json<Tokens>();
    passTime(RECENT_MS);
    expect((await ask(bearer(tokens))).status).toBe(status);
  });

  test("works with the cookie that confirming the password gives, and not with the one before", async () => {
    const { Cookie } = (await openBrowser(me)).headers;
    passTime(RECENT_MS + 1);
    const own = { "Sec-Fetch-Site": "same-origin" };
    const response = await confirm({ Cookie, ...own });
    expect([response.status, await response.json()]).toEqual([200, {}]);
    const [, secret] = /__Host-session=([^;]+)/.exec(response.headers.getSetCookie().join()) ?? [];
    expect((await ask({ Cookie, ...own })).status).toBe(401);
    expect((await ask({ Cookie: `__Host-session=${secret}`, ...own })).status).toBe(status);
  });
});

describe("POST /api/me/confirm-password", () => {
  test("gives new tokens, as a sign-in does, and refuses all that the session had before", async () => {
    const before = await holdToken(RECENT_MS + 1);
    const browser = await openBrowser(me);
    const response = await confirm(before.headers);
    expect([response.status, response.headers.get("Cache-Control")]).toEqual([200, "no-store"]);
    const tokens = await response.json<Tokens>();
    expect(tokens).toEqual({
      accessToken: expect.any(String),
      tokenType: "Bearer",
      expiresIn: 900,
      refreshToken: expect.stringMatching(/^[\w-]{43}\.[\w-]{43}$/),
      deviceToken: expect.stringMatching(/^[\w-]{43}\.[\w-]{43}$/),
    });
    expect(await statusFor(before.headers)).toBe(401);
    for (const old of [me.refreshToken, before.refreshToken]) expect((await refresh(old)).status).toBe(401);
    expect([await statusFor(bearer(tokens)), await statusFor(browser.headers)]).toEqual([200, 200]);
    expect((await refresh(tokens.refreshToken)).status).toBe(200);
  });

  test("leaves other sessions, keys and links as they are, and keeps the device", async () => {
    const credentials = { email: me.user.email, password: PASSWORD };
    const first = await (await sendJson("POST", "/api/auth/login", credentials)).json<Tokens>();
    const { key } = await createKey(me, ["notes:read"]);
    const tokens = await (await confirm(bearer(first))).json<Tokens>();
    expect(tokens.deviceToken).toBe(first.deviceToken);
    expect(await statusFor(me.headers)).toBe(200);
    expect((await send("/api/notes", { headers: { "X-API-Key": key } })).status).toBe(200);
  });

  test("with a wrong password is 403, gives nothing, and is no recent sign-in", async () => {
    const { headers } = await holdToken(RECENT_MS + 1);
    const response = await confirm(headers, "a wrong password");
    expect([response.status, response.headers.getSetCookie()]).toEqual([403, []]);
    expect(await response.text()).not.toContain("Token");
    expect(await statusFor(headers)).toBe(200);
    expect((await SENSITIVE["POST /api/me/keys"]?.send(headers))?.status).toBe(403);
  });

  test.each([{}, { password: 7 }, { password: "a".repeat(300) }, { password: PASSWORD, extra: 1 }, []])(
    "refuses %j with 400",
    async (body) => {
      expect((await sendJson("POST", "/api/me/confirm-password", body, me.headers)).status).toBe(400);
    },
  );
});
