/** Giving the password again, in the API. */
import { describe, expect, test } from "vitest";
import { account } from "../../../src/features/account/index.ts";
import { createKey, openBrowser, PASSWORD, PERMISSION, send, sendJson } from "../../harness.ts";
import { post } from "../../identity/credential-app.ts";
import {
  bearer,
  type Headers,
  holdToken,
  me,
  RECENT_MS,
  refresh,
  type Tokens,
  testRecentSignIn,
  useStandingClock,
} from "../../recent-sign-in.ts";

useStandingClock();

const statusFor = async (headers: Headers) => (await send("/api/me", { headers })).status;
const confirm = (headers: Headers, password = PASSWORD) =>
  sendJson("POST", "/api/me/confirm-password", { password }, headers);
const makeKey = (headers: Headers) =>
  sendJson("POST", "/api/me/keys", { name: "k", permissions: [PERMISSION] }, headers);

testRecentSignIn(account, { "POST /api/me/keys": { send: makeKey, status: 201 } });

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
    const first = await (await post("/sign-in", credentials)).json<Tokens>();
    const { key } = await createKey(me, [PERMISSION]);
    const tokens = await (await confirm(bearer(first))).json<Tokens>();
    expect(tokens.deviceToken).toBe(first.deviceToken);
    expect(await statusFor(me.headers)).toBe(200);
    expect((await send("/api/things", { headers: { "X-API-Key": key } })).status).toBe(200);
  });

  test("with a wrong password gets 403, returns no secrets, and is not a recent sign-in", async () => {
    const { headers } = await holdToken(RECENT_MS + 1);
    const response = await confirm(headers, "a wrong password");
    expect([response.status, response.headers.getSetCookie()]).toEqual([403, []]);
    expect(await response.text()).not.toContain("Token");
    expect(await statusFor(headers)).toBe(200);
    expect((await makeKey(headers)).status).toBe(403);
  });

  test.each([{}, { password: 7 }, { password: "a".repeat(300) }, { password: PASSWORD, extra: 1 }, []])(
    "refuses %j with 400",
    async (body) => {
      expect((await sendJson("POST", "/api/me/confirm-password", body, me.headers)).status).toBe(400);
    },
  );
});
