import { env } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { checkPassword } from "../../../src/identity/passwords/check-password.ts";
import { hashPassword, verifyPassword } from "../../../src/identity/passwords/password-hash.ts";
import { startCookieSession } from "../../../src/identity/sessions/sessions.ts";
import { createDeviceId } from "../../../src/identity/tokens/device-token.ts";
import { createEmailToken } from "../../../src/identity/tokens/email-tokens.ts";
import { createTokenSession } from "../../../src/identity/tokens/refresh-token.ts";
import {
  type Account,
  createAccount,
  createKey,
  openBrowser,
  PASSWORD,
  PERMISSION,
  send,
  sendJson,
} from "../../harness.ts";
import { post } from "../../identity/credential-app.ts";

const NEW_PASSWORD = "another password for tests";
type Headers = Readonly<Record<string, string>>;

interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly deviceToken: string;
}

/** A user of each test's own. The clock stands still: nobody waits longer for a hash on a slow machine. */
let me: Account;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  me = await createAccount();
});
afterEach(() => vi.useRealTimers());

const statusFor = async (headers: Headers, path = "/api/me") => (await send(path, { headers })).status;
const login = (password: string) => post("/sign-in", { email: me.user.email, password });
const refresh = async ({ refreshToken }: Pick<Tokens, "refreshToken">) =>
  (await post("/refresh", { refreshToken })).status;
const bearer = ({ accessToken }: Tokens) => ({ Authorization: `Bearer ${accessToken}` });
const change = (headers: Headers, body: object = {}) =>
  sendJson("POST", "/api/me/password", { currentPassword: PASSWORD, newPassword: NEW_PASSWORD, ...body }, headers);
const sessionsOf = ({ user }: Account) =>
  env.DB.prepare("SELECT count(*) AS n FROM sessions WHERE user_id = ?").bind(user.id).first("n");

describe("POST /api/me/password", () => {
  test("sets the password, and responds with new tokens, which no cache stores", async () => {
    const response = await change(me.headers);
    expect([response.status, response.headers.get("Cache-Control")]).toEqual([200, "no-store"]);
    const tokens = await response.json<Tokens>();
    expect(tokens).toEqual({
      accessToken: expect.any(String),
      tokenType: "Bearer",
      expiresIn: 900,
      refreshToken: expect.stringMatching(/^[\w-]{43}\.[\w-]{43}$/),
      deviceToken: expect.stringMatching(/^[\w-]{43}\.[\w-]{43}$/),
    });
    expect([await statusFor(bearer(tokens)), await refresh(tokens)]).toEqual([200, 200]);
    expect([(await login(PASSWORD)).status, (await login(NEW_PASSWORD)).status]).toEqual([401, 200]);
  });

  test("ends the other sessions, keeps this one under new secrets alone, and leaves others alone", async () => {
    const [browser, other] = [await openBrowser(me), await createAccount()];
    const second = await (await login(PASSWORD)).json<Tokens>();
    const tokens = await (await change(me.headers)).json<Tokens>();
    const refused: Headers[] = [browser.headers, bearer(second), me.headers];
    for (const headers of refused) expect(await statusFor(headers)).toBe(401);
    for (const old of [second, me]) expect(await refresh(old)).toBe(401);
    // The old refresh token of this session does not end it either.
    expect([await statusFor(bearer(tokens)), await refresh(tokens)]).toEqual([200, 200]);
    expect([await statusFor(other.headers), await sessionsOf(me)]).toEqual([200, 1]);
  });

  test("keeps a browser's session when it is the one that asks, under a new cookie alone", async () => {
    const [browser, another] = [await openBrowser(me), await openBrowser(me)];
    const response = await change(browser.headers);
    expect([response.status, await response.json()]).toEqual([200, {}]);
    const [, secret = ""] = /__Host-session=([^;]+)/.exec(response.headers.getSetCookie().join()) ?? [];
    expect(response.headers.getSetCookie().join()).toMatch(/__Host-device=[\w-]{43}\.[\w-]{43};/);
    const cookies = [`__Host-session=${secret}`, browser.headers.Cookie, another.headers.Cookie];
    const statuses = await Promise.all(cookies.map((Cookie) => statusFor({ Cookie })));
    expect([...statuses, await statusFor(me.headers)]).toEqual([200, 401, 401, 401]);
  });

  test.each([
    [{}, 401],
    [{ keepApiKeys: false }, 401],
    [{ keepApiKeys: true }, 200],
  ])("with %j answers an API key from then on with %i, and another user's as before", async (options, status) => {
    const [mine, other] = [await createKey(me, [PERMISSION]), await createAccount()];
    const others = await createKey(other, [PERMISSION]);
    expect((await change(me.headers, options)).status).toBe(200);
    expect(await statusFor({ "X-API-Key": mine.key }, "/api/things")).toBe(status);
    expect(await statusFor({ "X-API-Key": others.key }, "/api/things")).toBe(200);
  });

  test("responds with 403 for a wrong current password, and changes nothing", async () => {
    const [browser, { key }] = [await openBrowser(me), await createKey(me, [PERMISSION])];
    expect((await change(me.headers, { currentPassword: "a wrong password" })).status).toBe(403);
    expect([await statusFor(browser.headers), await statusFor(me.headers), await refresh(me)]).toEqual([200, 200, 200]);
    expect(await statusFor({ "X-API-Key": key }, "/api/things")).toBe(200);
    expect((await login(PASSWORD)).status).toBe(200);
  });

  test.each([
    { currentPassword: undefined },
    { newPassword: undefined },
    { newPassword: "password" },
    { newPassword: "c7 jdh!" },
    { newPassword: "a".repeat(257) },
    { keepApiKeys: "yes" },
    { userId: "x" },
  ])("refuses %j with 400", async (body) => {
    expect((await change(me.headers, body)).status).toBe(400);
    expect(await statusFor(me.headers)).toBe(200);
  });

  test("refuses the account's own address as a password", async () => {
    expect((await change(me.headers, { newPassword: me.user.email })).status).toBe(400);
    expect((await login(PASSWORD)).status).toBe(200);
  });

  test("leaves no session to a login that had checked the old password before", async () => {
    const turn = { verify: verifyPassword, hash: hashPassword, end() {}, ended: Promise.resolve() };
    const user = await checkPassword(env.DB, turn, { id: me.user.id }, PASSWORD);
    if (!user) throw new Error("The password is another");
    expect((await change(me.headers)).status).toBe(200);
    const owner = { user, device: "late", deviceId: createDeviceId() };
    expect(await createTokenSession(env.DB, owner)).toBeUndefined();
    expect(await startCookieSession(env.DB, owner)).toBeUndefined();
    expect(await sessionsOf(me)).toBe(1);
  });

  test("of two at once from one session changes the password once", { timeout: 30_000 }, async () => {
    const bodies = [{ newPassword: NEW_PASSWORD }, { newPassword: "a third password for tests" }];
    const responses = await Promise.all(bodies.map((body) => change(me.headers, body)));
    const [first, lost = 0] = responses.map(({ status }) => status).sort();
    expect(first).toBe(200);
    // The session was renewed, or the password was another, before its own was checked.
    expect([401, 403]).toContain(lost);
    const won = bodies[responses.findIndex(({ ok }) => ok)]?.newPassword ?? "";
    expect((await login(won)).status).toBe(200);
    expect(await sessionsOf(me)).toBe(2);
  });

  test("voids a link for a new password that was mailed before", async () => {
    const token = await createEmailToken(env.DB, me.user.id, "reset");
    expect((await post("/reset", { token })).status).toBe(200);
    await change(me.headers);
    expect((await post("/reset", { token })).status).toBe(422);
    expect((await login(NEW_PASSWORD)).status).toBe(200);
  });
});
