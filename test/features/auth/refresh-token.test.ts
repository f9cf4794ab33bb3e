import { env } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createSecret, hashSecret } from "../../../src/identity/tokens/secret.ts";
import { type Account, createAccount, newAddress, openBrowser, sendJson } from "../../harness.ts";
import { ask, opensAccount } from "../../identity/credential-app.ts";

const UNLIMITED = { API_RATE_LIMIT: 1_000_000 };
const DAY_MS = 24 * 60 * 60 * 1000;
const GRACE_MS = 5000;

/** The longest that thousands of requests may take on a slow and busy machine. Milliseconds. */
const SLOW = 3_600_000;

interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
}

const present = (refreshToken: unknown) => sendJson("POST", "/api/auth/refresh", { refreshToken }, {}, UNLIMITED);
const statusOf = async (refreshToken: unknown) => (await present(refreshToken)).status;
const refresh = async (refreshToken: string) => {
  const response = await present(refreshToken);
  expect(response.status).toBe(200);
  return response.json<Tokens>();
};
const isGood = async (accessToken: string) => {
  return opensAccount({ Authorization: `Bearer ${accessToken}` }, UNLIMITED);
};
const rowsOf = async ({ user }: Account) =>
  (await env.DB.prepare("SELECT * FROM sessions WHERE user_id = ?").bind(user.id).all()).results;

let me: Account;
/** The clock stands still, so that no test depends on how fast it runs. */
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  me = await createAccount();
});
afterEach(() => vi.useRealTimers());
const passTime = (ms: number) => vi.setSystemTime(Date.now() + ms);

/** The session is over: for every token of it. */
async function expectEnded(...tokens: (string | Tokens)[]): Promise<void> {
  expect((await ask("/whoami", me.headers, UNLIMITED)).status).toBe(401);
  for (const token of tokens) {
    expect(await statusOf(typeof token === "string" ? token : token.refreshToken)).toBe(401);
    if (typeof token !== "string") expect(await isGood(token.accessToken)).toBe(false);
  }
}

describe("a refresh", () => {
  test("gives new tokens of the same session, again and again", async () => {
    const seen = new Set([me.refreshToken]);
    let { refreshToken } = me;
    for (let round = 0; round < 5; round++) {
      passTime(60_000);
      const tokens = await refresh(refreshToken);
      expect(await isGood(tokens.accessToken)).toBe(true);
      refreshToken = tokens.refreshToken;
      seen.add(refreshToken);
    }
    expect(seen.size).toBe(6);
    expect(await rowsOf(me)).toHaveLength(1);
  });

  test("of one token 100 times at once gives one successor, round after round", { timeout: SLOW }, async () => {
    let { refreshToken } = me;
    // From one address, since each address has a limiter of its own, with a file of its own.
    const headers = { "CF-Connecting-IP": newAddress() };
    const presentFromThere = () => sendJson("POST", "/api/auth/refresh", { refreshToken }, headers, UNLIMITED);
    for (let round = 0; round < (env.LONG ? 1000 : 5); round++) {
      const all = await Promise.all(Array.from({ length: 100 }, presentFromThere));
      expect(new Set(all.map(({ status }) => status))).toEqual(new Set([200]));
      const tokens = await Promise.all(all.map((response) => response.json<Tokens>()));
      const [successor = "", ...others] = new Set(tokens.map((token) => token.refreshToken));
      expect(others).toEqual([]);
      expect(successor).not.toBe(refreshToken);
      expect(await rowsOf(me)).toHaveLength(1);
      refreshToken = successor;
    }
  });

  test("leaves nothing but hashes in the database", async () => {
    const next = await refresh(me.refreshToken);
    const stored = JSON.stringify(await rowsOf(me));
    for (const token of [me.refreshToken, next.refreshToken]) {
      expect(stored).toContain(hashSecret(token));
      for (const part of [token, ...token.split(".")]) expect(stored).not.toContain(part);
    }
    expect(stored).not.toContain(next.accessToken);
  });
});

describe("a retry", () => {
  test.each([0, 1, GRACE_MS])("within the grace, after %i ms, gets the same successor", async (ms) => {
    const first = await refresh(me.refreshToken);
    passTime(ms);
    const retried = await refresh(me.refreshToken);
    expect(retried.refreshToken).toBe(first.refreshToken);
    expect(await isGood(retried.accessToken)).toBe(true);
    expect(await isGood(first.accessToken)).toBe(true);
  });

  test("does not make the grace longer", async () => {
    const next = await refresh(me.refreshToken);
    passTime(GRACE_MS);
    await refresh(me.refreshToken);
    passTime(1);
    expect(await statusOf(me.refreshToken)).toBe(401);
    await expectEnded(next);
  });

  test.each([GRACE_MS + 1, DAY_MS])("after the grace, %i ms later, ends the session", async (ms) => {
    const next = await refresh(me.refreshToken);
    passTime(ms);
    expect(await statusOf(me.refreshToken)).toBe(401);
    await expectEnded(me.refreshToken, next);
  });

  test("is not within the grace because the clock went back", async () => {
    const next = await refresh(me.refreshToken);
    passTime(-GRACE_MS - 1);
    expect(await statusOf(me.refreshToken)).toBe(401);
    await expectEnded(next);
  });

  test("with the token before the last one ends the session, however soon", async () => {
    const second = await refresh(me.refreshToken);
    const third = await refresh(second.refreshToken);
    expect(await statusOf(me.refreshToken)).toBe(401);
    await expectEnded(me.refreshToken, second, third);
  });
});

describe("a token that was never given", () => {
  test("ends the session whose shared part it has: somebody who knows that part made it up", async () => {
    const [shared] = me.refreshToken.split(".");
    expect(await statusOf(`${shared}.${createSecret()}`)).toBe(401);
    await expectEnded(me.refreshToken);
  });

  test("ends none of the user's other sessions", async () => {
    const [browser, [shared]] = [await openBrowser(me), me.refreshToken.split(".")];
    expect(await statusOf(`${shared}.${createSecret()}`)).toBe(401);
    expect((await ask("/whoami", browser.headers, UNLIMITED)).status).toBe(200);
  });

  test("made of a cookie's secret is refused and does not end the cookie's session", async () => {
    const browser = await openBrowser(me);
    const [, secret] = browser.headers.Cookie.split("=");
    expect(await statusOf(`${secret}.${createSecret()}`)).toBe(401);
    expect((await ask("/whoami", browser.headers, UNLIMITED)).status).toBe(200);
  });

  const secret = createSecret();
  test.each<[string, (token: string) => unknown, number]>([
    ["no text", () => "", 401],
    ["the shared part alone", (token) => token.slice(0, 43), 401],
    ["the shared part and a dot", (token) => token.slice(0, 44), 401],
    ["a letter too few", (token) => token.slice(0, -1), 401],
    ["a letter too many", (token) => `${token}A`, 401],
    ["a third part", (token) => `${token}.${secret}`, 401],
    ["a space before it", (token) => ` ${token}`, 401],
    ["a line end behind it", (token) => `${token}\n`, 401],
    ["a letter that is none of ours", (token) => `${token.slice(0, -1)}é`, 401],
    ["parts that nobody has", () => `${secret}.${secret}`, 401],
    ["5,000 characters", () => "x".repeat(5000), 401],
    ["a number", () => 7, 400],
    ["a list of a good one", (token) => [token], 400],
    ["nothing", () => undefined, 400],
  ])("%s is refused and changes nothing", async (_, change, status) => {
    const before = await rowsOf(me);
    expect(await statusOf(change(me.refreshToken))).toBe(status);
    expect(await rowsOf(me)).toEqual(before);
    expect((await refresh(me.refreshToken)).refreshToken).not.toBe(me.refreshToken);
  });
});

describe("a session ends", () => {
  test("30 days after it began, however much it is used", async () => {
    const end = Date.now() + 30 * DAY_MS;
    let { refreshToken } = me;
    for (let day = 6; day < 30; day += 6) {
      passTime(6 * DAY_MS);
      ({ refreshToken } = await refresh(refreshToken));
    }
    vi.setSystemTime(end - 1);
    const last = await refresh(refreshToken);
    expect(await isGood(last.accessToken)).toBe(true);
    vi.setSystemTime(end);
    await expectEnded(last);
  });

  test.each([
    [7 * DAY_MS - 1, 200],
    [7 * DAY_MS, 401],
  ])("when nobody has used it for 7 days: after %i ms a refresh responds with %i", async (ms, status) => {
    passTime(DAY_MS);
    const { refreshToken } = await refresh(me.refreshToken);
    passTime(ms);
    expect(await statusOf(refreshToken)).toBe(status);
  });

  test("not while its access tokens are used", async () => {
    const { refreshToken, accessToken } = await refresh(me.refreshToken);
    passTime(10 * 60_000);
    expect(await isGood(accessToken)).toBe(true);
    passTime(7 * DAY_MS - 1);
    expect(await statusOf(refreshToken)).toBe(200);
  });
});
