/** Requests of clients that the isolate knows are counted while they are identified: once, and for the right key. */
import { env } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import type { Env } from "../../../src/env.ts";
import { type Account, createAccount, createApp, createKey, openBrowser, PERMISSION, sendTo } from "../../harness.ts";
import { things } from "../../things.ts";

const app = createApp([things.routes]);
type Headers = Readonly<Record<string, string>>;

/** Bindings that write down which call starts, and which has ended, in order. */
function watch() {
  const events: string[] = [];
  const limiter = env.RATE_LIMITER;
  const RATE_LIMITER = {
    idFromName: (name: string) => ({ name, id: limiter.idFromName(name) }),
    get: ({ name, id }: { name: string; id: DurableObjectId }) => ({
      take: (...given: [number, number]) => {
        events.push(`count for ${name}`);
        return limiter.get(id).take(...given);
      },
    }),
  } as unknown as Env["RATE_LIMITER"];
  const DB = new Proxy(env.DB, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key);
      if (typeof member !== "function") return member;
      if (key !== "withSession") return (...given: unknown[]) => Reflect.apply(member, target, given);
      return (...given: [string]) => {
        const session = target.withSession(...given);
        const prepare = (sql: string) => late(session.prepare(sql), events);
        return { prepare, getBookmark: () => session.getBookmark() };
      };
    },
  });
  return { events, bindings: { RATE_LIMITER, DB } };
}

/** A statement that responds after everything that does not wait for it. */
function late(statement: D1PreparedStatement, events: string[]): object {
  return new Proxy(statement, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key);
      if (typeof member !== "function") return member;
      if (key === "bind") return (...values: unknown[]) => late(target.bind(...values), events);
      return async (...given: unknown[]) => {
        await scheduler.wait(20);
        const result: unknown = await Reflect.apply(member, target, given);
        events.push("query");
        return result;
      };
    },
  });
}

const get = (headers: Headers, bindings: Partial<Env> = {}) => sendTo(app, "/api/things", { headers }, bindings);
const countOf = ({ user }: Account) => `count for api user ${user.id}`;

const KINDS: Record<string, { readonly presumedFrom: number; make(account: Account): Promise<Headers> }> = {
  token: { presumedFrom: 1, make: async ({ headers }) => headers },
  cookie: { presumedFrom: 2, make: async (account) => ({ Cookie: (await openBrowser(account)).headers.Cookie }) },
  key: { presumedFrom: 2, make: async (account) => ({ "X-API-Key": (await createKey(account, [PERMISSION])).key }) },
};

/** Ends the credentials of an account. */
async function end({ user }: Account): Promise<void> {
  const tables = ["sessions", "api_keys"];
  await env.DB.batch(tables.map((table) => env.DB.prepare(`DELETE FROM ${table} WHERE user_id = ?`).bind(user.id)));
}

describe.each(Object.entries(KINDS))("a client with a %s", (_, { presumedFrom, make }) => {
  test(`is counted while it is identified from request ${presumedFrom} on, and each request counts once`, async () => {
    const account = await createAccount();
    const headers = await make(account);
    for (let request = 1; request <= 3; request += 1) {
      const { events, bindings } = watch();
      const response = await get(headers, bindings);
      expect([response.status, response.headers.get("X-RateLimit-Remaining")]).toEqual([200, String(600 - request)]);
      const [count, query] = [countOf(account), "query"];
      // A key that was not used for long is touched after that.
      expect(events.slice(0, 3)).toEqual(request >= presumedFrom ? [count, query, query] : [query, count, query]);
    }
  });

  test("is 429 if the limit is exhausted", async () => {
    const account = await createAccount();
    const headers = await make(account);
    const statuses = [];
    for (let request = 0; request < 4; request += 1) statuses.push((await get(headers, { API_RATE_LIMIT: 2 })).status);
    expect(statuses).toEqual([200, 200, 429, 429]);
  });

  test("whose credential has ended is 401, and costs the owner at most one request", async () => {
    const account = await createAccount();
    const headers = await make(account);
    await get(headers);
    await end(account);
    const { events, bindings } = watch();
    for (let request = 0; request < 4; request += 1) expect((await get(headers, bindings)).status).toBe(401);
    expect(events.filter((event) => event !== "query")).toEqual([countOf(account)]);
  });
});

describe("an ended token costs its owner one request", () => {
  const endedToken = async () => {
    const account = await createAccount();
    const [, token] = account.headers.Authorization.split(" ");
    await end(account);
    return { account, token, ...watch() };
  };

  test("however the header is written", async () => {
    const { account, token, events, bindings } = await endedToken();
    for (const prefix of ["Bearer ", "Bearer  ", "bearer ", "BEARER    ", "bEarer "])
      expect((await get({ Authorization: prefix + token }, bindings)).status).toBe(401);
    expect(events.filter((event) => event !== "query")).toEqual([countOf(account)]);
  });

  test("however many requests arrive at once", async () => {
    const { account, token, events, bindings } = await endedToken();
    const requests = Array.from({ length: 20 }, () => get({ Authorization: `Bearer ${token}` }, bindings));
    for (const { status } of await Promise.all(requests)) expect(status).toBe(401);
    expect(events.filter((event) => event !== "query")).toEqual([countOf(account)]);
  });
});

test("a token that was not signed by us counts for nobody", async () => {
  const account = await createAccount();
  const [head, claims] = account.headers.Authorization.split(".");
  const { events, bindings } = watch();
  const forged = { Authorization: `${head}.${claims}.${"A".repeat(43)}` };
  expect([(await get(forged, bindings)).status, events]).toEqual([401, []]);
});
