import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Env } from "../../../src/env.ts";
import { commonLimits } from "../../../src/identity/limits.ts";
import { APP_ID } from "../../../src/web/app/app-name.ts";
import { group, route } from "../../../src/web/app/scope.ts";
import { createAccount, createApp, createKey, newAddress, openBrowser, PERMISSION, sendTo } from "../../harness.ts";
import { things } from "../../things.ts";
import { BROKEN, countQueries, countRulings } from "./counting.ts";

/** Routes that are open to visitors, beside those of a feature. */
const open = group({
  guards: [...commonLimits],
  handlers: [
    route.get("/read", { resolve: () => new Response("read") }),
    route.post("/write", { resolve: () => new Response("written") }),
    route.post("/api/write", { resolve: () => new Response("written") }),
  ],
});
const app = createApp([open, things.routes]);
const send = (path: string, init: RequestInit, bindings?: Partial<Env>) => sendTo(app, path, init, bindings);

// Time passes only where a test says so, for the objects, too: a slow machine does not come to the end of a window.
beforeAll(() => void vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"] }));
afterAll(() => void vi.useRealTimers());

type Headers = Readonly<Record<string, string>>;

const LIMIT = 3;
const get = async (headers: Headers, bindings: Partial<Env> = {}, path = "/api/things") =>
  (await send(path, { headers }, { API_RATE_LIMIT: LIMIT, ...bindings })).status;
const post = async (headers: Headers, path = "/write", bindings: Partial<Env> = {}) => {
  const init = {
    method: "POST",
    headers: { "Sec-Fetch-Site": "same-origin", ...headers },
    body: new URLSearchParams(),
  };
  return (await send(path, init, { API_RATE_LIMIT: LIMIT, ...bindings })).status;
};
const times = async (count: number, ask: () => Promise<number>) => {
  const statuses: number[] = [];
  for (let i = 0; i < count; i++) statuses.push(await ask());
  return statuses;
};

describe("the limit of a user", () => {
  test("is one for two sessions, a browser and a key, from wherever they come", async () => {
    const account = await createAccount();
    const [{ Cookie }, { key }] = [(await openBrowser(account)).headers, await createKey(account, [PERMISSION])];
    const credentials: Headers[] = [account.headers, { Cookie }, { "X-API-Key": key }];
    const another = { Cookie: (await openBrowser(account)).headers.Cookie };
    for (const headers of credentials) expect(await get(headers)).toBe(200);
    for (const headers of [...credentials, another]) expect(await get(headers)).toBe(429);
    expect(await get({ ...another, Accept: "text/html" }, {}, "/things")).toBe(429);
  });

  test("is each user's own, and none of other users or visitors at the same address", async () => {
    const [ada, grace, address] = [await createAccount(), await createAccount(), { "CF-Connecting-IP": newAddress() }];
    expect(await times(LIMIT + 1, () => get({ ...ada.headers, ...address }))).toEqual([200, 200, 200, 429]);
    expect(await get({ ...grace.headers, ...address })).toBe(200);
    expect([await get(address), await post(address)]).toEqual([401, 200]);
  });

  test("has room again after a minute, not before", async () => {
    const { headers } = await createAccount();
    await times(LIMIT, () => get(headers));
    vi.advanceTimersByTime(59_999);
    expect(await get(headers)).toBe(429);
    vi.advanceTimersByTime(1);
    expect(await get(headers)).toBe(200);
  });

  test("is 600 a minute, and shown", { timeout: 60_000 }, async () => {
    const { headers } = await createAccount();
    const first = await send("/api/things", { headers });
    expect(first.headers.get("RateLimit")).toBe('"api";r=599;t=60');
    expect(first.headers.get("RateLimit-Policy")).toBe('"api";q=600;w=60');
    const statuses = await Promise.all(
      Array.from({ length: 602 }, async () => (await send("/api/things", { headers })).status),
    );
    expect(statuses.filter((status) => status === 200)).toHaveLength(599);
    expect(statuses.filter((status) => status === 429)).toHaveLength(3);
  });
});

describe("of strangers", () => {
  /** What does not sign anybody in. */
  const STRANGERS: [string, () => Headers][] = [
    ["nothing", () => ({})],
    ["a made-up token", () => ({ Authorization: "Bearer made-up" })],
    ["a made-up key", () => ({ "X-API-Key": `${APP_ID}_${crypto.randomUUID()}` })],
    ["a made-up cookie", () => ({ Cookie: `__Host-session=${crypto.randomUUID()}` })],
  ];

  test.each(STRANGERS)("reads with %s do not count", async (_, credential) => {
    const address = { "CF-Connecting-IP": newAddress() };
    expect(await times(LIMIT + 2, () => get({ ...address, ...credential() }))).toEqual(Array(LIMIT + 2).fill(401));
    expect(await times(LIMIT + 2, () => get({ ...address, ...credential() }, {}, "/read"))).not.toContain(429);
    expect(await post(address)).toBe(200);
  });

  test.each(STRANGERS)("writes with %s count by the address only", async (_, credential) => {
    const address = { "CF-Connecting-IP": newAddress() };
    await times(LIMIT, () => post({ ...address, ...credential() }));
    expect(await post({ ...address, ...credential() })).toBe(429);
    expect(await post(address)).toBe(429);
    expect(await get({ ...address, ...credential() }, {}, "/read")).toBe(200);
  });

  test("with the same invalid credential do not keep each other out", async () => {
    const [credential, address, other] = [{ Authorization: "Bearer undefined" }, newAddress(), newAddress()];
    const from = (ip: string) => post({ ...credential, "CF-Connecting-IP": ip });
    expect(await times(LIMIT + 1, () => from(address))).toEqual([200, 200, 200, 429]);
    expect(await times(LIMIT + 1, () => from(other))).toEqual([200, 200, 200, 429]);
  });

  test("writes of every route count together", async () => {
    const address = { "CF-Connecting-IP": newAddress() };
    const statuses = [
      await post(address, "/write"),
      await post(address, "/api/things"),
      await post(address, "/things"),
    ];
    expect(statuses).toEqual([200, 401, 401]);
    for (const path of ["/write", "/api/write", "/api/things", "/things"]) {
      expect([path, await post(address, path)]).toEqual([path, 429]);
    }
  });
});

describe("a client that was denied is refused", () => {
  test.each(["token", "cookie", "key"] as const)(
    "by its %s, with no question to the database or the object",
    async (kind) => {
      const account = await createAccount();
      const headers: Headers = {
        token: account.headers,
        cookie: { Cookie: (await openBrowser(account)).headers.Cookie },
        key: { "X-API-Key": (await createKey(account, [PERMISSION])).key },
      }[kind];
      const [{ DB, queries }, { RATE_LIMITER, rulings }] = [countQueries(), countRulings()];
      expect(await get(headers, { DB, RATE_LIMITER })).toBe(200);
      expect([queries() > 0, rulings()]).toEqual([true, 1]);
      await times(LIMIT, () => get(headers));
      const asked = [queries(), rulings()];
      expect(await times(5, () => get(headers, { DB, RATE_LIMITER }))).toEqual(Array(5).fill(429));
      expect([queries(), rulings()]).toEqual(asked);
    },
  );

  test.each([
    ["token", { Authorization: "Bearer a.b.c" }],
    ["key", { "X-API-Key": `${APP_ID}_made-up` }],
    ["cookie", { Cookie: "__Host-session=made-up" }],
  ])("by a made-up %s, likewise", async (_, credential) => {
    const headers = { "CF-Connecting-IP": newAddress(), ...credential };
    await times(LIMIT + 1, () => post(headers));
    const [{ DB, queries }, { RATE_LIMITER, rulings }] = [countQueries(), countRulings()];
    expect(await times(5, () => post(headers, "/write", { DB, RATE_LIMITER }))).toEqual(Array(5).fill(429));
    expect([queries(), rulings()]).toEqual([0, 0]);
  });
});

test("while nothing can be counted, everybody is admitted", async () => {
  const error = vi.spyOn(console, "error").mockImplementation(() => {});
  const { headers } = await createAccount();
  expect(await times(LIMIT + 1, () => get(headers, BROKEN))).toEqual(Array(LIMIT + 1).fill(200));
  error.mockRestore();
});
