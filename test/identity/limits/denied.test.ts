/** Requests of a client that the isolate knows to be denied reach neither the database nor an object. */
import { env } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { signAccessToken } from "../../../src/identity/tokens/access-token.ts";
import { createTokenSession } from "../../../src/identity/tokens/refresh-token.ts";
import { readTokenKeys } from "../../../src/identity/tokens/token-keys.ts";
import { findCredentials } from "../../../src/identity/users/users.ts";
import {
  type Account,
  createAccount,
  createApp,
  createKey,
  newAddress,
  openBrowser,
  PERMISSION,
  sendTo,
} from "../../harness.ts";
import { things } from "../../things.ts";
import { countQueries, countRulings } from "./counting.ts";

const app = createApp([things.routes]);
type Headers = Readonly<Record<string, string>>;

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());

const LIMIT = 2;

/** Sends requests, and counts the calls of the database and the objects. */
function createClient() {
  const [{ DB, queries }, { RATE_LIMITER, rulings }] = [countQueries(), countRulings()];
  let before = [0, 0];
  return {
    async get(headers: Headers, init: RequestInit = {}) {
      const bindings = { DB, RATE_LIMITER, API_RATE_LIMIT: LIMIT };
      return (await sendTo(app, "/api/things", { ...init, headers }, bindings)).status;
    },
    /** The calls since the last call of this function. */
    calls(): { readonly queries: boolean; readonly rulings: number } {
      const now = [queries(), rulings()];
      const since = now.map((count, index) => count - (before[index] ?? 0));
      before = now;
      return { queries: (since[0] ?? 0) > 0, rulings: since[1] ?? 0 };
    },
  };
}

const NONE = { queries: false, rulings: 0 };
const REPEATED = Array.from({ length: 5 });

/** Starts another session of the account. @returns Its token. */
async function signIn({ user }: Account): Promise<Headers> {
  const owner = await findCredentials(env.DB, { id: user.id });
  const session = owner && (await createTokenSession(env.DB, { user: owner, device: "test", deviceId: "d" }));
  if (!session) throw new Error("No session was started");
  return { Authorization: `Bearer ${await signAccessToken(readTokenKeys(env.TOKEN_KEYS), session)}` };
}

const KINDS: [string, (account: Account) => Promise<Headers>][] = [
  ["token", signIn],
  ["cookie", async (account) => ({ Cookie: (await openBrowser(account)).headers.Cookie })],
  ["key", async (account) => ({ "X-API-Key": (await createKey(account, [PERMISSION])).key })],
];

/** Ends all credentials of an account. */
async function end({ user }: Account): Promise<void> {
  const tables = ["sessions", "api_keys"];
  await env.DB.batch(tables.map((table) => env.DB.prepare(`DELETE FROM ${table} WHERE user_id = ?`).bind(user.id)));
}

describe.each(KINDS)("a client with a %s", (_, make) => {
  test("whose own request used up the limit causes no calls from its first denial on", async () => {
    const [client, headers] = [createClient(), await make(await createAccount())];
    for (let request = 0; request < LIMIT; request += 1) expect(await client.get(headers)).toBe(200);
    expect(client.calls()).toEqual({ queries: true, rulings: LIMIT });
    for (const _each of REPEATED) expect(await client.get(headers)).toBe(429);
    expect(client.calls()).toEqual(NONE);
  });

  test("known for less than a minute causes no calls after another client of the user has used up the limit", async () => {
    const account = await createAccount();
    const [client, headers, other] = [createClient(), await make(account), await signIn(account)];
    expect([await client.get(headers), await client.get(other)]).toEqual([200, 200]);
    client.calls();
    for (const _each of REPEATED) expect(await client.get(headers)).toBe(429);
    expect(client.calls()).toEqual(NONE);
  });

  test("unknown so far is identified once, and then causes no calls", async () => {
    const account = await createAccount();
    const [client, headers, other] = [createClient(), await make(account), await signIn(account)];
    for (let request = 0; request < LIMIT; request += 1) await client.get(other);
    client.calls();
    expect([await client.get(headers), client.calls()]).toEqual([429, { queries: true, rulings: 0 }]);
    for (const _each of REPEATED) expect(await client.get(headers)).toBe(429);
    expect(client.calls()).toEqual(NONE);
  });

  test("whose credential has ended gets 401 while its owner is denied, and does not count", async () => {
    const account = await createAccount();
    const [client, headers] = [createClient(), await make(account)];
    await end(account);
    const other = await signIn(account);
    for (let request = 0; request < LIMIT; request += 1) await client.get(other);
    client.calls();
    for (const _each of REPEATED) expect(await client.get(headers)).toBe(401);
    expect(client.calls()).toEqual({ queries: true, rulings: 0 });
  });

  test("whose credential has ended gets 401 at most a minute later", async () => {
    const account = await createAccount();
    const [client, headers] = [createClient(), await make(account)];
    expect(await client.get(headers)).toBe(200);
    await end(account);
    const other = await signIn(account);
    vi.setSystemTime(Date.now() + 59_999);
    expect([await client.get(other), await client.get(headers)]).toEqual([200, 429]);
    vi.setSystemTime(Date.now() + 1);
    expect([await client.get(other), await client.get(other)]).toEqual([200, 429]);
    expect(await client.get(headers)).toBe(401);
  });
});

test("a client without a credential whose writes used up the limit causes no calls from its first denial on", async () => {
  const [client, headers] = [createClient(), { "CF-Connecting-IP": newAddress() }];
  const post = () => client.get(headers, { method: "POST" });
  for (let request = 0; request < LIMIT; request += 1) expect(await post()).toBe(401);
  expect(client.calls()).toEqual({ queries: false, rulings: LIMIT });
  for (const _each of REPEATED) expect(await post()).toBe(429);
  expect(client.calls()).toEqual(NONE);
});
