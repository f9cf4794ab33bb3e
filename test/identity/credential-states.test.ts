import { env } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { APP_ID } from "../../src/web/app/app-name.ts";
import { type Account, createAccount, createKey, openBrowser, PERMISSION, send, signInResponse } from "../harness.ts";

const DAY_MS = 24 * 60 * 60_000;

const passTime = (ms: number) => vi.setSystemTime(Date.now() + ms);
const endSessions = ({ user }: Account) => env.DB.prepare("DELETE FROM sessions WHERE user_id = ?").bind(user.id).run();
const deleteUser = ({ user }: Account) => env.DB.prepare("DELETE FROM users WHERE id = ?").bind(user.id).run();
const keyOf = async (account: Account, given: { expiresAt?: string } = {}) => ({
  "X-API-Key": (await createKey(account, [PERMISSION], given)).key,
});

let me: Account;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  me = await createAccount();
});
afterEach(() => vi.useRealTimers());

type Headers = Readonly<Record<string, string>>;

const MISSING = "A session cookie, an access token or an API key is required. Sign in first.";
const INVALID = "The access token is not valid.";
const EXPIRED = "The access token has expired. Refresh it.";
const ENDED = "The session has ended. Sign in again.";
const UNKNOWN_KEY = "The API key is unknown.";
const EXPIRED_KEY = "The API key has expired. Create a new one.";

/** Every state in which a credential can be, but for the good one, with what is said of it. */
const STATES: [string, detail: string, () => Headers | Promise<Headers>][] = [
  ["nothing", MISSING, () => ({})],
  ["an empty cookie", MISSING, () => ({ Cookie: "__Host-session=" })],
  ["a cookie of something else", MISSING, () => ({ Cookie: "theme=dark" })],
  ["an empty Authorization", INVALID, () => ({ Authorization: "" })],
  ["another scheme", INVALID, () => ({ Authorization: "Basic YTpi" })],
  ["a token that is none", INVALID, () => ({ Authorization: "Bearer x" })],
  ["a token that was cut", INVALID, () => ({ Authorization: me.headers.Authorization.slice(0, -1) })],
  [
    "a token that has expired",
    EXPIRED,
    () => {
      passTime(15 * 60_000);
      return me.headers;
    },
  ],
  [
    "a token of a session that has ended",
    ENDED,
    async () => {
      await endSessions(me);
      return me.headers;
    },
  ],
  [
    "a token of a user who was deleted",
    ENDED,
    async () => {
      await deleteUser(me);
      return me.headers;
    },
  ],
  ["a cookie that is none of ours", ENDED, () => ({ Cookie: "__Host-session=x" })],
  [
    "a cookie of a session that has ended",
    ENDED,
    async () => {
      const { Cookie } = (await openBrowser(me)).headers;
      await endSessions(me);
      return { Cookie };
    },
  ],
  [
    "a cookie of a session that nobody used for 7 days",
    ENDED,
    async () => {
      const { Cookie } = (await openBrowser(me)).headers;
      passTime(7 * DAY_MS);
      return { Cookie };
    },
  ],
  ["an empty key", UNKNOWN_KEY, () => ({ "X-API-Key": "" })],
  ["a key that nobody has", UNKNOWN_KEY, () => ({ "X-API-Key": `${APP_ID}_${"A".repeat(43)}` })],
  [
    "a key that was deleted",
    UNKNOWN_KEY,
    async () => {
      const headers = await keyOf(me);
      await env.DB.prepare("DELETE FROM api_keys WHERE user_id = ?").bind(me.user.id).run();
      return headers;
    },
  ],
  [
    "a key of a user who was deleted",
    UNKNOWN_KEY,
    async () => {
      const headers = await keyOf(me);
      await deleteUser(me);
      return headers;
    },
  ],
  [
    "a key that has expired",
    EXPIRED_KEY,
    async () => {
      const headers = await keyOf(me, { expiresAt: new Date(Date.now() + 1).toISOString() });
      passTime(1);
      return headers;
    },
  ],
];

describe.each(STATES)("with %s a request is 401 and told: %s", (_, detail, prepare) => {
  test("as a problem, with a challenge", async () => {
    const headers = await prepare();
    const response = await send("/api/things", { headers: { ...headers } });
    expect(response.status).toBe(401);
    expect(response.headers.get("Content-Type")).toBe("application/problem+json");
    expect(await response.json()).toMatchObject({ title: "Unauthorized", status: 401, detail });
    // RFC 6750 §3.1: only a token that was sent can be wrong.
    const challenge =
      "Authorization" in headers ? `Bearer error="invalid_token", error_description="${detail}"` : "Bearer";
    expect(response.headers.get("WWW-Authenticate")).toBe(challenge);
  });

  test("as a page, by being led to the sign-in, and back", async () => {
    const headers = { ...(await prepare()), Accept: "text/html" };
    const response = await send("/things?q=a", { headers });
    expect([response.status, response.headers.get("Location")]).toEqual(signInResponse("/things?q=a"));
  });
});
