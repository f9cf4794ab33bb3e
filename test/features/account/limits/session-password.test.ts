import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  type Account,
  type Browser,
  createAccount,
  openBrowser,
  PASSWORD,
  send,
  sendJson,
  signInResponse,
  submit,
} from "../../../harness.ts";
import { BROKEN } from "../../../identity/limits/counting.ts";

// Many hashes a test: on a slow machine they take their time. The clock stands still but for what a test lets pass.
vi.setConfig({ testTimeout: 60_000 });

let me: Account;
let browser: Browser;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"] });
  me = await createAccount();
  browser = await openBrowser(me);
});
afterEach(() => void vi.useRealTimers());

const NEW_PASSWORD = "another password for tests";
const isAlive = async (headers: Record<string, string>) => (await send("/api/me", { headers })).status === 200;

/** The ways to give a password when signed in: in the API and on a page, each with the status of a wrong one. */
const WAYS = {
  "POST /api/me/password": {
    give: (currentPassword: string) =>
      sendJson("POST", "/api/me/password", { currentPassword, newPassword: NEW_PASSWORD }, me.headers),
    wrong: 403,
    headers: () => ({ ...me.headers }),
  },
  "POST /api/me/confirm-password": {
    give: (password: string) => sendJson("POST", "/api/me/confirm-password", { password }, me.headers),
    wrong: 403,
    headers: () => ({ ...me.headers }),
  },
  "POST /account/password": {
    give: (currentPassword: string) =>
      submit(browser, "/account/password", { currentPassword, newPassword: NEW_PASSWORD }),
    wrong: 422,
    headers: () => ({ Cookie: browser.headers.Cookie }),
  },
  "POST /account/confirm-password": {
    give: (currentPassword: string) =>
      submit(browser, "/account/confirm-password", { currentPassword, continue: "/account" }),
    wrong: 422,
    headers: () => ({ Cookie: browser.headers.Cookie }),
  },
};

const giveTimes = async (count: number, give: (password: string) => Promise<Response>) => {
  const statuses: number[] = [];
  for (let i = 0; i < count; i++) statuses.push((await give("a wrong password")).status);
  return statuses;
};

describe.each(Object.entries(WAYS))("%s", (path, { give, wrong, headers }) => {
  const isPage = path.startsWith("POST /account");

  test("ends the session with the fifth wrong password, and no other session", async () => {
    const other = await openBrowser(me);
    expect(await giveTimes(4, give)).toEqual(Array(4).fill(wrong));
    expect(await isAlive(headers())).toBe(true);
    expect(await giveTimes(1, give)).toEqual([wrong]);
    expect(await isAlive(headers())).toBe(false);
    const after = await give(PASSWORD);
    expect([after.status, after.headers.get("Location")]).toEqual(isPage ? signInResponse() : [401, null]);
    expect(await isAlive({ Cookie: other.headers.Cookie })).toBe(true);
    expect(await isAlive(isPage ? { ...me.headers } : { Cookie: browser.headers.Cookie })).toBe(true);
  });

  test("goes on with the right password after four wrong ones", async () => {
    await giveTimes(4, give);
    expect((await give(PASSWORD)).status).toBeLessThan(400);
  });

  test("ends the session as well with ten guesses at once, of which five are checked at most", async () => {
    const responses = await Promise.all(Array.from({ length: 10 }, () => give("a wrong password")));
    const checked = responses.filter(({ status }) => status === wrong).length;
    expect(checked).toBeLessThanOrEqual(5);
    for (const { status } of responses) expect([wrong, 303, 401, 429, 503]).toContain(status);
    for (let i = checked; i < 5; i++) await give("a wrong password");
    expect(await isAlive(headers())).toBe(false);
  });
});

test("wrong passwords of a session count together on every form", async () => {
  const { give: change } = WAYS["POST /api/me/password"];
  const { give: confirm } = WAYS["POST /api/me/confirm-password"];
  expect([...(await giveTimes(2, change)), ...(await giveTimes(3, confirm))]).toEqual(Array(5).fill(403));
  expect(await isAlive({ ...me.headers })).toBe(false);
});

test("wrong passwords leave the window after 15 minutes", async () => {
  browser = await openBrowser(me);
  const { give } = WAYS["POST /account/confirm-password"];
  await giveTimes(4, give);
  vi.advanceTimersByTime(15 * 60_000);
  expect(await giveTimes(4, give)).toEqual(Array(4).fill(422));
  expect(await isAlive({ Cookie: browser.headers.Cookie })).toBe(true);
});

test("input that does not fit does not count", async () => {
  for (let i = 0; i < 6; i++) {
    expect((await sendJson("POST", "/api/me/confirm-password", {}, me.headers)).status).toBe(400);
    expect((await submit(browser, "/account/confirm-password", { continue: "/account" })).status).toBe(400);
  }
  expect([await isAlive({ ...me.headers }), await isAlive({ Cookie: browser.headers.Cookie })]).toEqual([true, true]);
});

test("while nothing can be counted no password is tried", async () => {
  const error = vi.spyOn(console, "error").mockImplementation(() => {});
  const response = await sendJson("POST", "/api/me/confirm-password", { password: PASSWORD }, me.headers, BROKEN);
  expect(response.status).toBe(503);
  error.mockRestore();
});
