import { env } from "cloudflare:test";
import { beforeEach, describe, expect, test } from "vitest";
import { checkPassword } from "../../../src/identity/accounts.ts";
import { createTokenSession } from "../../../src/identity/refresh-token.ts";
import { startCookieSession } from "../../../src/identity/sessions.ts";
import type { User } from "../../../src/identity/user.ts";
import { type Account, createAccount, openBrowser, PASSWORD, send, sendJson } from "../../harness.ts";

const UNLIMITED = { API_RATE_LIMIT: 100_000, SIGN_IN_RATE_LIMIT: 100_000, ACCOUNT_RATE_LIMIT: 100_000 };
const NEW_PASSWORD = "another password for tests";
type Headers = Readonly<Record<string, string>>;

/** A user of each test's own. */
let me: Account;
beforeEach(async () => {
  me = await createAccount();
});

const statusFor = async (headers: Headers, path = "/api/me") => (await send(path, { headers }, UNLIMITED)).status;
const login = (password: string) =>
  sendJson("POST", "/api/auth/login", { email: me.user.email, password }, {}, UNLIMITED);
const sessionsOf = ({ user }: Account) =>
  env.DB.prepare("SELECT count(*) AS n FROM sessions WHERE user_id = ?").bind(user.id).first("n");

describe("GET /api/me", () => {
  test("answers with one's own account, all of it and no more, and nobody keeps it", async () => {
    const response = await send("/api/me", { headers: me.headers });
    expect([response.status, response.headers.get("Cache-Control")]).toEqual([200, "no-store"]);
    expect(await response.json()).toEqual(me.user);
    expect(Object.keys(me.user).sort()).toEqual(["createdAt", "email", "emailVerified", "id", "name", "role"]);
  });

  test("answers a browser's cookie, too", async () => {
    expect(await (await send("/api/me", { headers: (await openBrowser(me)).headers })).json()).toEqual(me.user);
  });

  test("answers 401 to a stranger, and says how to sign in", async () => {
    const response = await send("/api/me");
    expect([response.status, response.headers.get("WWW-Authenticate")]).toEqual([401, "Bearer"]);
  });
});

describe("PATCH /api/me", () => {
  const patch = (body: unknown) => sendJson("PATCH", "/api/me", body, me.headers);

  test("changes the name and nothing else", async () => {
    const response = await patch({ name: "  Grace 茶 " });
    expect(response.status).toBe(200);
    expect(await response.json<User>()).toEqual({ ...me.user, name: "Grace 茶" });
    expect(await (await send("/api/me", { headers: me.headers })).json()).toEqual({ ...me.user, name: "Grace 茶" });
  });

  test.each([
    {},
    { name: "" },
    { name: "a".repeat(101) },
    { name: "a\0" },
    { name: 7 },
    { name: "Ada", role: "admin" },
    { name: "Ada", email: "a@example.com" },
    { name: "Ada", emailVerified: true },
    { role: "admin" },
  ])("refuses %j with 400", async (body) => {
    expect((await patch(body)).status).toBe(400);
    expect(await (await send("/api/me", { headers: me.headers })).json()).toEqual(me.user);
  });
});

describe("POST /api/me/password", () => {
  const change = (headers: Headers, body: object = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD }) =>
    sendJson("POST", "/api/me/password", body, headers, UNLIMITED);
  const refresh = ({ refreshToken }: Account) => sendJson("POST", "/api/auth/refresh", { refreshToken }, {}, UNLIMITED);

  test("sets the password", async () => {
    expect((await change(me.headers)).status).toBe(204);
    expect((await login(PASSWORD)).status).toBe(401);
    expect((await login(NEW_PASSWORD)).status).toBe(200);
  });

  test("ends the user's other sessions, keeps this one, and leaves others alone", async () => {
    const [browser, other] = [await openBrowser(me), await createAccount()];
    const second = await (await login(PASSWORD)).json<{ accessToken: string; refreshToken: string }>();
    expect((await change(me.headers)).status).toBe(204);
    expect(await statusFor(browser.headers)).toBe(401);
    expect(await statusFor({ Authorization: `Bearer ${second.accessToken}` })).toBe(401);
    expect((await refresh({ ...me, refreshToken: second.refreshToken })).status).toBe(401);
    expect(await statusFor(me.headers)).toBe(200);
    expect((await refresh(me)).status).toBe(200);
    expect(await statusFor(other.headers)).toBe(200);
  });

  test("keeps a browser's session when it is the one that asks", async () => {
    const [browser, another] = [await openBrowser(me), await openBrowser(me)];
    expect((await change(browser.headers)).status).toBe(204);
    expect(await statusFor(browser.headers)).toBe(200);
    expect(await statusFor(another.headers)).toBe(401);
    expect(await statusFor(me.headers)).toBe(401);
  });

  test("answers 403 for a wrong current password, and changes nothing", async () => {
    const browser = await openBrowser(me);
    const response = await change(me.headers, { currentPassword: "a wrong password", newPassword: NEW_PASSWORD });
    expect(response.status).toBe(403);
    expect(await statusFor(browser.headers)).toBe(200);
    expect((await login(PASSWORD)).status).toBe(200);
  });

  test.each([
    { newPassword: NEW_PASSWORD },
    { currentPassword: PASSWORD },
    { currentPassword: PASSWORD, newPassword: "password" },
    { currentPassword: PASSWORD, newPassword: "c7 jdh!" },
    { currentPassword: PASSWORD, newPassword: NEW_PASSWORD, userId: "x" },
  ])("refuses %j with 400", async (body) => {
    expect((await change(me.headers, body)).status).toBe(400);
  });

  test("leaves no session to a login that had checked the old password before", async () => {
    const user = await checkPassword(env.DB, { id: me.user.id }, PASSWORD);
    if (!user) throw new Error("The password is another");
    expect((await change(me.headers)).status).toBe(204);
    expect(await createTokenSession(env.DB, { user, device: "late" })).toBeUndefined();
    expect(await startCookieSession(env.DB, { user, device: "late" })).toBeUndefined();
    expect(await sessionsOf(me)).toBe(1);
  });

  test("voids a link for a new password that was mailed before", async () => {
    await sendJson("POST", "/api/auth/forgot-password", { email: me.user.email }, {}, UNLIMITED);
    const text = env.DB.prepare("SELECT text FROM outbox WHERE recipient = ?")
      .bind(me.user.email)
      .first<string>("text");
    const [, token] = /token=([\w-]+)/.exec((await text) ?? "") ?? [];
    await change(me.headers);
    const reset = { token, password: "a third password" };
    expect((await sendJson("POST", "/api/auth/reset-password", reset, {}, UNLIMITED)).status).toBe(422);
    expect((await login(NEW_PASSWORD)).status).toBe(200);
  });
});
