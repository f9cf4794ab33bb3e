import { env } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  type Account,
  type Browser,
  createAccount,
  createKey,
  openBrowser,
  PERMISSION,
  send,
  sendJson,
  submit,
} from "../../harness.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const LIMIT = 20;

interface Key {
  readonly id: string;
  readonly expiresAt: string;
  readonly lastUsedAt: string | null;
  readonly key: string;
}

/** A user of each test's own, and a clock that stands still but for what a test lets pass. */
let me: Account;
let browser: Browser;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  me = await createAccount();
  browser = await openBrowser(me);
});
afterEach(() => vi.useRealTimers());

const timeIn = (ms: number) => new Date(Date.now() + ms).toISOString();
const passTime = (ms: number) => vi.setSystemTime(Date.now() + ms);
const make = (body: object = {}, { headers }: Pick<Account, "headers"> = me) =>
  sendJson("POST", "/api/me/keys", { name: "backup", permissions: [PERMISSION], ...body }, headers);
const makeOnPage = (fields: Record<string, string> = {}) =>
  submit(browser, "/account/keys", { name: "backup", [PERMISSION]: "on", ...fields });
const use = (key: string) => send("/api/things", { headers: { "X-API-Key": key } });
const storedKeys = async ({ user }: Account) => {
  const kept = env.DB.prepare("SELECT expires_at AS expiresAt FROM api_keys WHERE user_id = ?").bind(user.id);
  return (await kept.all<{ expiresAt: number }>()).results;
};
const listed = async () => {
  const { items } = await (await send("/api/me/keys", { headers: me.headers })).json<{ items: Key[] }>();
  return items;
};

describe("the expiry of an API key", () => {
  test("is 90 days away unless the owner says otherwise", async () => {
    const { expiresAt } = await (await make()).json<Key>();
    expect(expiresAt).toBe(timeIn(90 * DAY_MS));
    expect(await storedKeys(me)).toEqual([{ expiresAt: Date.parse(expiresAt) }]);
  });

  test.each([1, MINUTE_MS, 90 * DAY_MS, 365 * DAY_MS])("may be %i ms away", async (ms) => {
    const response = await make({ expiresAt: timeIn(ms) });
    expect([response.status, (await response.json<Key>()).expiresAt]).toEqual([201, timeIn(ms)]);
  });

  const WRONG: [string, () => unknown][] = [
    ["now", () => timeIn(0)],
    ["a millisecond ago", () => timeIn(-1)],
    ["long ago", () => "1970-01-01T00:00:00.000Z"],
    ["a millisecond more than a year away", () => timeIn(365 * DAY_MS + 1)],
    ["in the year 9999", () => "9999-12-31T23:59:59Z"],
    ["a day without a time", () => timeIn(DAY_MS).slice(0, 10)],
    ["a time with an offset", () => timeIn(DAY_MS).replace("Z", "+00:00")],
    ["a number", () => Date.now() + DAY_MS],
    ["null", () => null],
    ["an empty text", () => ""],
  ];
  test.each(WRONG)("must not be %s: 400, at its field, and no key is made", async (_, expiresAt) => {
    const response = await make({ expiresAt: expiresAt() });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ issues: [{ path: ["expiresAt"] }] });
    expect(await storedKeys(me)).toEqual([]);
  });

  test.each([
    ["7", 7],
    ["30", 30],
    ["90", 90],
    ["365", 365],
    [undefined, 90],
    ["0", 90],
    ["366", 90],
    ["x", 90],
  ])("of a key made on the page with days %j is %i days away", async (days, expected) => {
    expect((await makeOnPage(days === undefined ? {} : { days })).status).toBe(201);
    expect(await storedKeys(me)).toEqual([{ expiresAt: Date.now() + expected * DAY_MS }]);
  });

  test("ends the key at that moment: 401, which says so, and nothing else that is sent counts", async () => {
    const { key } = await createKey(me, [PERMISSION], { expiresAt: timeIn(MINUTE_MS) });
    passTime(MINUTE_MS - 1);
    expect((await use(key)).status).toBe(200);
    passTime(1);
    const response = await send("/api/things", { headers: { "X-API-Key": key, Cookie: browser.headers.Cookie } });
    expect([response.status, response.headers.get("WWW-Authenticate")]).toEqual([401, "Bearer"]);
    expect(await response.json()).toMatchObject({ detail: "The API key has expired. Create a new one." });
  });
});

describe("lastUsedAt of an API key", () => {
  test("is null until it is used, then the time to the minute", async () => {
    const { key } = await createKey(me, [PERMISSION]);
    expect((await listed())[0]?.lastUsedAt).toBeNull();
    await use(key);
    const first = timeIn(0);
    expect((await listed())[0]?.lastUsedAt).toBe(first);
    passTime(MINUTE_MS);
    await use(key);
    expect((await listed())[0]?.lastUsedAt).toBe(first);
    passTime(1);
    await use(key);
    expect((await listed())[0]?.lastUsedAt).toBe(timeIn(0));
  });

  test("is of that key alone, and not set by a use that is refused for its expiry", async () => {
    const [used, expired] = [
      await createKey(me, [PERMISSION]),
      await createKey(me, [PERMISSION], { expiresAt: timeIn(1) }),
    ];
    await createKey(me, [PERMISSION]);
    passTime(1);
    for (const { key } of [used, expired]) await use(key);
    const uses = (await listed()).map(({ id, lastUsedAt }) => [id, lastUsedAt]);
    expect(uses.filter(([, at]) => at !== null)).toEqual([[used.id, timeIn(0)]]);
  });

  test("is on the page", async () => {
    const page = async () => (await send("/account", { headers: browser.headers })).text();
    const { key } = await createKey(me, [PERMISSION]);
    expect(await page()).toContain("never used");
    await use(key);
    expect(await page()).not.toContain("never used");
  });
});

describe("of API keys a user may have 20 that have not expired", () => {
  const fill = async (count: number, given: { expiresAt?: string } = {}) => {
    for (let i = 0; i < count; i++) await createKey(me, [PERMISSION], given);
  };

  test("the 21st is 422, which names the quota, and it is not made; another user's is", async () => {
    await fill(LIMIT - 1);
    expect((await make()).status).toBe(201);
    const response = await make();
    expect(response.status).toBe(422);
    expect(response.headers.get("Content-Type")).toBe("application/problem+json");
    expect(await response.json()).toMatchObject({ quota: "apiKeys", detail: expect.stringContaining("20 API keys") });
    expect(await storedKeys(me)).toHaveLength(LIMIT);
    expect((await make({}, await createAccount())).status).toBe(201);
  });

  test("on the page, the 21st gets 422 at the form, with the typed text", async () => {
    await fill(LIMIT);
    const response = await makeOnPage({ name: "one more" });
    const text = await response.text();
    expect(response.status).toBe(422);
    expect(text).toContain('role="alert"><ul><li>You have reached the limit of 20 API keys.');
    expect(text).toContain('value="one more"');
    expect(await storedKeys(me)).toHaveLength(LIMIT);
  });

  test("of 30 that are asked for at once 20 are made", async () => {
    const responses = await Promise.all(Array.from({ length: 30 }, () => make()));
    expect(responses.filter(({ status }) => status === 201)).toHaveLength(LIMIT);
    expect(responses.filter(({ status }) => status === 422)).toHaveLength(10);
    expect(await storedKeys(me)).toHaveLength(LIMIT);
  });

  test("there is room again when one has expired, or was deleted", async () => {
    await fill(LIMIT - 1);
    await fill(1, { expiresAt: timeIn(MINUTE_MS) });
    expect((await make()).status).toBe(422);
    passTime(MINUTE_MS);
    expect([(await make()).status, (await make()).status]).toEqual([201, 422]);
    const [newest] = await listed();
    await send(`/api/me/keys/${newest?.id}`, { method: "DELETE", headers: me.headers });
    expect([(await make()).status, (await make()).status]).toEqual([201, 422]);
  });
});
