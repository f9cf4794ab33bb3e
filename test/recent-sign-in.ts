/** `requireRecentSignIn`, in the API: every route of a feature behind it, and what a client does about it. */
import { env } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Feature } from "../src/web/app/feature.ts";

import { type Account, createAccount, createKey, facts, openBrowser, PASSWORD } from "./harness.ts";
import { post } from "./identity/credential-app.ts";
import { listRequests } from "./policy/list-requests.ts";

export const RECENT_MS = 10 * 60_000;
export type Headers = Readonly<Record<string, string>>;

export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly deviceToken: string;
}

/** An administrator and a user of each test's own; the clock stands still but for what a test lets pass. */
export let me: Account;
export let other: Account;

/** For the tests of a file. */
export function useStandingClock(): void {
  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    [me, other] = [await createAccount({ role: "admin" }), await createAccount()];
    // The last administrator could not be deleted.
    await createAccount({ role: "admin" });
  });
  afterEach(() => vi.useRealTimers());
}

export const passTime = (ms: number) => vi.setSystemTime(Date.now() + ms);
export const bearer = ({ accessToken }: Pick<Tokens, "accessToken">) => ({ Authorization: `Bearer ${accessToken}` });
export const refresh = (refreshToken: string) => post("/refresh", { refreshToken });
const confirm = (headers: Headers) => post("/confirm-password", { password: PASSWORD }, headers);
const stateNow = async () => {
  const query = "SELECT (SELECT count(*) FROM api_keys) || ' ' || group_concat(id || role) AS state FROM users";
  return env.DB.prepare(query).first("state");
};

/** A session whose access token is good, but whose password was given that long ago. */
export async function holdToken(ms: number): Promise<{ headers: Headers; refreshToken: string }> {
  passTime(ms);
  const tokens = await (await refresh(me.refreshToken)).json<Tokens>();
  return { headers: bearer(tokens), refreshToken: tokens.refreshToken };
}

/** How a request to a route succeeds. */
export interface SensitiveCase {
  readonly send: (headers: Headers) => Promise<Response>;
  readonly status: number;
}

/** The rows of a feature's policy behind the guard. */
export function recentRoutes({ routes }: Feature, isApi: boolean): string[] {
  return listRequests(routes)
    .filter(({ path, guards }) => {
      const isGuarded = guards.some(({ name }) => name === "requireRecentSignIn");
      return isGuarded && path.startsWith("/api/") === isApi;
    })
    .map(({ method, path }) => `${method} ${path}`)
    .sort();
}

/** Declares the tests. @param cases By route, such as `POST /api/me/keys`. */
export function testRecentSignIn(feature: Feature, cases: Readonly<Record<string, SensitiveCase>>): void {
  test("these are the routes of the API that ask for a recent sign-in", () => {
    expect(Object.keys(cases).sort()).toEqual(recentRoutes(feature, true));
  });

  describe.each(Object.entries(cases))("%s", (_, { send: ask, status }) => {
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
      const { key } = await createKey(me, facts.permissions);
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
}
