import { env } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import type { Env } from "../../../../src/env.ts";
import { createDeviceId, signDeviceToken } from "../../../../src/identity/tokens/device-token.ts";
import { createEmailToken } from "../../../../src/identity/tokens/email-tokens.ts";
import { readTokenKeys } from "../../../../src/identity/tokens/token-keys.ts";
import { type Account, createAccount, newAddress, PASSWORD, send, sendJson } from "../../../harness.ts";
import { BROKEN } from "../../../identity/limits/counting.ts";
import { useFastHashing, useRealHashing } from "../../../identity/passwords/fast-hashing.ts";

// Many hashes a test: on a slow machine they take their time. The clock stands still but for what a test lets pass.
vi.setConfig({ testTimeout: 120_000 });
beforeEach(() => void vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

const WRONG = "a wrong password";
const MINUTE_MS = 60_000;
const SMALL: Partial<Env> = { ACCOUNT_RATE_LIMIT: 3 };

/** A sign-in from an address of its own, unless one is given. */
const login = (email: string, password: string, given: { deviceToken?: string } = {}, bindings: Partial<Env> = SMALL) =>
  sendJson("POST", "/api/auth/login", { email, password, ...given }, {}, bindings);
const statusesOf = async (count: number, ask: () => Promise<Response>) => {
  const statuses: number[] = [];
  for (let i = 0; i < count; i++) statuses.push((await ask()).status);
  return statuses;
};
const newEmail = () => `${crypto.randomUUID()}@example.com`;
const deviceTokenFor = async ({ user }: Account, epoch = 0, keys = env.TOKEN_KEYS) => {
  const stored = env.DB.prepare("SELECT credential_epoch FROM users WHERE id = ?").bind(user.id);
  const credentialEpoch = ((await stored.first<number>("credential_epoch")) ?? 0) + epoch;
  return signDeviceToken(readTokenKeys(keys), { id: user.id, credentialEpoch }, createDeviceId());
};
const exhaust = (email: string) => statusesOf(3, () => login(email, WRONG));

describe("20 wrong passwords for an account", () => {
  const OWNERS: [string, () => Promise<string>][] = [
    ["that there is", async () => (await createAccount()).user.email],
    ["that there is not", async () => newEmail()],
  ];
  test.each(OWNERS)("%s from 34 addresses: then 429, also for the right one, for 15 minutes", async (_, create) => {
    const email = await create();
    const statuses = await statusesOf(34, () => login(email, WRONG, {}, {}));
    expect(statuses).toEqual([...Array(20).fill(401), ...Array(14).fill(429)]);
    const denied = await login(email, PASSWORD, {}, {});
    expect([denied.status, denied.headers.get("Retry-After")]).toEqual([429, "900"]);
    expect(await denied.json()).toMatchObject({
      detail: "Limit: 20 failed attempts per 15 minutes. Try again in 15 minutes.",
    });
    expect((await login((await createAccount()).user.email, PASSWORD, {}, {})).status).toBe(200);
    vi.advanceTimersByTime(15 * MINUTE_MS - 1);
    expect((await login(email, WRONG, {}, {})).status).toBe(429);
    vi.advanceTimersByTime(1);
    expect((await login(email, WRONG, {}, {})).status).toBe(401);
  });

  test("at most, of 40 guesses at once: the others are 429 or 503, and 20 in all", async () => {
    const { email } = (await createAccount()).user;
    const guess = () => login(email, WRONG, {}, {});
    const first = (await Promise.all(Array.from({ length: 40 }, guess))).map(({ status }) => status);
    for (const status of first) expect([401, 429, 503]).toContain(status);
    const later = await statusesOf(22, guess);
    expect([...first, ...later].filter((status) => status === 401)).toHaveLength(20);
    expect(later.at(-1)).toBe(429);
  });
});

describe("wrong passwords count together", () => {
  test.each<[string, (email: string) => string]>([
    ["in capitals", (email) => email.toUpperCase()],
    ["with spaces around it", (email) => `  ${email}\t\n`],
    ["with its domain in Unicode", (email) => email.replace("xn--mnchen-3ya", "MÜNCHEN")],
  ])("for an address %s", async (_, spell) => {
    const email = `${crypto.randomUUID()}@xn--mnchen-3ya.de`;
    await exhaust(email);
    expect((await login(spell(email), WRONG)).status).toBe(429);
  });

  test("by the API, by the page, and by a link of the account", async () => {
    const { user, headers } = await createAccount({ emailVerified: false });
    const token = (await createEmailToken(env.DB, user.id, "verify")) ?? "";
    const submit = async (path: string, fields: Record<string, string>) => {
      const init = { method: "POST", headers: { "Sec-Fetch-Site": "same-origin" }, body: new URLSearchParams(fields) };
      return (await send(path, init, SMALL)).status;
    };
    const verify = async (password: string) =>
      (await sendJson("POST", "/api/auth/verify-email", { token, password }, {}, SMALL)).status;
    const guesses = {
      login: async () => (await login(user.email, WRONG)).status,
      form: () => submit("/login", { email: user.email, password: WRONG }),
      link: () => verify(WRONG),
    };
    expect([await guesses.login(), await guesses.form(), await guesses.link()]).toEqual([401, 401, 401]);
    expect([await guesses.login(), await guesses.form(), await guesses.link()]).toEqual([429, 429, 429]);
    expect(await submit("/verify-email", { token, password: PASSWORD })).toBe(429);
    expect(await verify(PASSWORD)).toBe(429);
    // The account's own session needs no password, and none is counted.
    expect((await sendJson("POST", "/api/auth/verify-email", { token }, headers, SMALL)).status).toBe(200);
  });
});

describe("does not count:", () => {
  test("the right password, which gives its place back", async () => {
    const { email } = (await createAccount()).user;
    expect(await statusesOf(2, () => login(email, WRONG))).toEqual([401, 401]);
    expect(await statusesOf(4, () => login(email, PASSWORD))).toEqual([200, 200, 200, 200]);
    expect(await statusesOf(2, () => login(email, WRONG))).toEqual([401, 429]);
  });

  test("input that does not fit", async () => {
    const { email } = (await createAccount()).user;
    const ask = (body: object) => sendJson("POST", "/api/auth/login", body, {}, SMALL);
    expect(await statusesOf(4, () => ask({ email }))).toEqual([400, 400, 400, 400]);
    expect(await statusesOf(4, () => ask({ email, password: "" }))).not.toContain(429);
    expect((await login(email, PASSWORD)).status).toBe(200);
  });

  test("an attempt that found no place in the hashing queue", async () => {
    useRealHashing();
    onTestFinished(useFastHashing);
    const { email } = (await createAccount()).user;
    const headers = { "CF-Connecting-IP": newAddress() };
    const guess = () =>
      sendJson("POST", "/api/auth/login", { email, password: WRONG }, headers, { ACCOUNT_RATE_LIMIT: 7 });
    const statuses = (await Promise.all(Array.from({ length: 7 }, guess))).map(({ status }) => status).sort();
    expect(statuses).toEqual([401, 401, 401, 401, 503, 503, 503]);
    expect(await statusesOf(4, guess)).toEqual([401, 401, 401, 429]);
  });
});

describe("after the failures of strangers", () => {
  let owner: Account;
  beforeEach(async () => {
    owner = await createAccount();
    await exhaust(owner.user.email);
    expect((await login(owner.user.email, PASSWORD)).status).toBe(429);
  });

  test("a device token of the account still signs in, and is good for another time", async () => {
    const deviceToken = await deviceTokenFor(owner);
    expect(await statusesOf(4, () => login(owner.user.email, PASSWORD, { deviceToken }))).toEqual([200, 200, 200, 200]);
    expect((await login(owner.user.email, PASSWORD)).status).toBe(429);
  });

  test("each device token has a limit of its own", async () => {
    const [deviceToken, another] = [await deviceTokenFor(owner), await deviceTokenFor(owner)];
    const guesses = await statusesOf(4, () => login(owner.user.email, WRONG, { deviceToken }));
    expect(guesses).toEqual([401, 401, 401, 429]);
    expect((await login(owner.user.email, PASSWORD, { deviceToken })).status).toBe(429);
    expect((await login(owner.user.email, PASSWORD, { deviceToken: another })).status).toBe(200);
  });

  test("the device's cookie helps on the page as well", async () => {
    const submit = async (Cookie: string) => {
      const headers = { "Sec-Fetch-Site": "same-origin", Cookie };
      const body = new URLSearchParams({ email: owner.user.email, password: PASSWORD });
      return (await send("/login", { method: "POST", headers, body }, SMALL)).status;
    };
    expect(await submit("")).toBe(429);
    expect(await submit(`__Host-device=${await deviceTokenFor(await createAccount())}`)).toBe(429);
    expect(await submit(`__Host-device=${await deviceTokenFor(owner)}`)).toBe(303);
  });

  const USELESS: [string, () => string | Promise<string>][] = [
    ["garbage", () => "garbage"],
    ["one in the right form that nobody signed", () => `${createDeviceId()}.${createDeviceId()}`],
    ["an empty one", () => ""],
    ["one of another account", async () => deviceTokenFor(await createAccount())],
    ["one of an earlier epoch", () => deviceTokenFor(owner, -1)],
    ["one of a later epoch", () => deviceTokenFor(owner, 1)],
    [
      "one with the signature of another",
      async () => {
        const [id] = (await deviceTokenFor(owner)).split(".");
        const [, signature] = (await deviceTokenFor(owner)).split(".");
        return `${id}.${signature}`;
      },
    ],
    ["one with a letter too many", async () => `${await deviceTokenFor(owner)}A`],
  ];
  test.each(USELESS)("no device token such as %s helps", async (_, create) => {
    const deviceToken = await create();
    expect((await login(owner.user.email, PASSWORD, { deviceToken })).status).toBe(429);
  });

  test("no device token gives a limit of its own to an account that there is not", async () => {
    const email = newEmail();
    await exhaust(email);
    expect((await login(email, WRONG, { deviceToken: await deviceTokenFor(owner) })).status).toBe(429);
  });
});

test("a sign-in on a device that shows its token goes on with the same device", async () => {
  const { user } = await createAccount();
  const first = await (await login(user.email, PASSWORD)).json<{ deviceToken: string }>();
  const second = await (await login(user.email, PASSWORD, { deviceToken: first.deviceToken })).json<{
    deviceToken: string;
  }>();
  const third = await (await login(user.email, PASSWORD)).json<{ deviceToken: string }>();
  expect([second.deviceToken, third.deviceToken === first.deviceToken]).toEqual([first.deviceToken, false]);
});

test("while nothing can be counted no password is tried", async () => {
  const error = vi.spyOn(console, "error").mockImplementation(() => {});
  const { user } = await createAccount();
  // Only the limit of accounts is out of order: the one of addresses comes first and would answer the same.
  const { RATE_LIMITER: limiters } = env;
  const get = (id: DurableObjectId) => {
    const stub = limiters.get(id);
    const take = (limit: number, windowMs: number) => stub.take(limit, windowMs);
    return { take, reserve: BROKEN.RATE_LIMITER?.get(id).reserve };
  };
  const RATE_LIMITER = {
    idFromName: (name: string) => limiters.idFromName(name),
    get,
  } as unknown as Env["RATE_LIMITER"];
  expect((await login(user.email, PASSWORD, {}, { RATE_LIMITER })).status).toBe(503);
  error.mockRestore();
});
