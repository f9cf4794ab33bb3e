import { env } from "cloudflare:test";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Env } from "../../src/env.ts";
import { route } from "../../src/web/app/scope.ts";
import { databaseWith } from "../databases.ts";
import { createAccount, createApp, createKey, openBrowser, PRODUCTION, sendJsonTo, sendTo } from "../harness.ts";
import { PERMISSION, things } from "../things.ts";

const app = createApp([
  things.routes,
  ...["/", "/open"].map((path) => route.get(path, { resolve: () => new Response("open") })),
]);
const send = (path: string, init?: RequestInit, bindings?: Partial<Env>) => sendTo(app, path, init, bindings);
const sendJson = (
  method: string,
  path: string,
  body: unknown,
  headers?: Record<string, string>,
  bindings?: Partial<Env>,
) => sendJsonTo(app, method, path, body, headers, bindings);

const log = vi.spyOn(console, "log").mockImplementation(() => {});
const lines = () => log.mock.calls.map(([line]) => JSON.parse(String(line)) as Record<string, unknown>);
afterEach(() => log.mockClear());

/** A database that throws where it is asked for things, and knows who is signed in. */
function breakThings(thrown: unknown) {
  const prepare = (sql: string) => {
    if (sql.includes("things")) throw thrown;
    return env.DB.prepare(sql);
  };
  return { DB: databaseWith({ prepare }) };
}

const BROKEN = breakThings(new Error("no such table: secret_table", { cause: new Error("deep") }));

/** The guards before the handler of POST /api/things. */
const GUARDS = [
  "rateLimit(address)",
  "rateLimit(api)",
  "requirePermission(things:write)",
  "requireCsrf",
  "requireContentType(application/json)",
  "claimIdempotencyKey",
];
const READ_GUARDS = GUARDS.slice(0, 4).map((name) => name.replace("write", "read"));

describe("X-Request-Id", () => {
  test.each(["abcdefgh", "A-Z_0-9-abcdefgh", "x".repeat(64)])("%s is taken from the request", async (id) => {
    expect((await send("/open", { headers: { "X-Request-Id": id } })).headers.get("X-Request-Id")).toBe(id);
  });

  test.each(["short", "x".repeat(65), "with space", "semi;colon", "ünïcödé1"])("%s is not", async (id) => {
    const given = (await send("/open", { headers: { "X-Request-Id": encodeURI(id) === id ? id : encodeURI(id) } }))
      .headers;
    expect(given.get("X-Request-Id")).toMatch(/^[0-9a-f-]{36}$/);
  });

  test.each(["/open", "/none", "/api/things/none", "/", "/things"])("is on the response to GET %s", async (path) => {
    expect((await send(path)).headers.get("X-Request-Id")).toMatch(/^[0-9a-f-]{36}$/);
  });

  test("is on the response to an error, and in its body", async () => {
    const { headers } = await createAccount();
    const response = await send("/api/things", { headers }, BROKEN);
    expect(response.status).toBe(500);
    expect((await response.json<{ requestId: string }>()).requestId).toBe(response.headers.get("X-Request-Id"));
  });
});

describe("a request without a route", () => {
  test("gets 404 as a problem, from a client of the API", async () => {
    const response = await send("/api/none", { headers: { Accept: "text/html" } });
    expect(response.headers.get("Content-Type")).toBe("application/problem+json");
    expect(await response.json()).toMatchObject({ type: "about:blank", title: "Not Found", status: 404 });
  });

  test("gets 404 as a page, from a browser", async () => {
    const response = await send("/none", { headers: { Accept: "text/html,*/*" } });
    expect([response.status, response.headers.get("Content-Type")]).toEqual([404, "text/html; charset=utf-8"]);
  });

  test.each(["/api/things", "/things"])("for a path with other methods, %s, gets 405 and Allow", async (path) => {
    const response = await send(path, { method: "PUT" });
    expect([response.status, response.headers.get("Allow")]).toEqual([405, "GET, HEAD, OPTIONS, POST"]);
  });

  test("with OPTIONS gets 204 and Allow, or 404 if the path has no routes", async () => {
    const response = await send("/things", { method: "OPTIONS" });
    expect([response.status, response.headers.get("Allow")]).toEqual([204, "GET, HEAD, OPTIONS, POST"]);
    expect((await send("/none", { method: "OPTIONS" })).status).toBe(404);
  });
});

describe("OPTIONS", () => {
  test("on a path of the API responds with 204 and Allow, without authentication", async () => {
    const response = await send("/api/things/x", { method: "OPTIONS" });
    expect([response.status, response.headers.get("Allow")]).toEqual([204, "DELETE, GET, HEAD, OPTIONS, PATCH"]);
    expect(lines()).toMatchObject([{ route: "/api/things/:id", outcome: "resolved", passed: [] }]);
  });
});

describe("HEAD", () => {
  test("answers as GET does, without the body", async () => {
    const account = await createAccount();
    const made = await sendJson("POST", "/api/things", { title: "t" }, account.headers);
    const { id } = await made.json<{ id: string }>();
    const { headers } = await openBrowser(account);
    const paths = ["/open", "/", "/things", "/api/things", `/api/things/${id}`, "/api/things/export", "/none"];
    for (const path of paths) {
      for (const init of [{ headers }, {}]) {
        const [get, head] = [await send(path, init), await send(path, { ...init, method: "HEAD" })];
        expect([head.status, head.headers.get("Content-Type")]).toEqual([get.status, get.headers.get("Content-Type")]);
        expect(await head.text()).toBe("");
        await get.body?.cancel();
      }
    }
  });
});

describe("an error", () => {
  test("in production says nothing but the request id", async () => {
    const { headers } = await createAccount();
    const response = await send("/api/things", { headers }, { ...BROKEN, ...PRODUCTION });
    const body = await response.json<object>();
    expect(response.status).toBe(500);
    expect(Object.keys(body).sort()).toEqual(["detail", "requestId", "status", "title", "type"]);
    expect(JSON.stringify(body)).not.toContain("table");
  });

  test("in development shows its message, stack, route, user and the guards it passed", async () => {
    const { headers, user } = await createAccount();
    const bindings = { ...BROKEN, ENVIRONMENT: "development" };
    const response = await sendJson("POST", "/api/things", { title: "t" }, headers, bindings);
    expect(await response.json()).toMatchObject({
      debug: {
        message: "no such table: secret_table",
        stack: expect.any(String),
        phase: "resolve",
        route: "/api/things",
        passed: GUARDS,
        userId: user.id,
      },
    });
  });

  test("on a page is a page, escaped", async () => {
    const { headers } = await openBrowser(await createAccount());
    const bindings = breakThings(new Error("<b>secret_table</b>"));
    const development = await send("/things", { headers }, { ...bindings, ENVIRONMENT: "development" });
    expect([development.status, development.headers.get("Content-Type")]).toEqual([500, "text/html; charset=utf-8"]);
    expect(await development.text()).toContain("&lt;b&gt;secret_table");
    const production = await send("/things", { headers }, { ...bindings, ...PRODUCTION });
    expect(await production.text()).not.toContain("secret_table");
  });

  test("is in the log whole, with its cause and the user", async () => {
    const { headers, user } = await createAccount();
    await send("/api/things", { headers }, BROKEN);
    expect(lines()).toEqual([
      expect.objectContaining({
        level: "error",
        outcome: "failed",
        phase: "resolve",
        userId: user.id,
        error: expect.objectContaining({ cause: expect.objectContaining({ message: "deep" }) }),
      }),
    ]);
  });
});

describe("any thrown value", () => {
  const cyclic = new Error("again");
  cyclic.cause = cyclic;
  const thrown = {
    "an error that is its own cause": cyclic,
    "an object without a prototype": Object.create(null),
    null: null,
    "a symbol": Symbol("s"),
  };
  test.each(Object.entries(thrown))("%s is a 500 with its id, in one log line", async (_, value) => {
    const { headers } = await createAccount();
    const response = await send("/api/things", { headers }, { ...breakThings(value), ENVIRONMENT: "development" });
    expect([response.status, response.headers.get("X-Request-Id")]).toEqual([500, expect.any(String)]);
    expect(lines()).toEqual([expect.objectContaining({ outcome: "failed", status: 500, error: expect.anything() })]);
  });
});

describe("the log", () => {
  test("has one line a request, which says what was decided, and for whom", async () => {
    const { headers, user } = await createAccount();
    await send("/api/things?q=secret", { headers: { ...headers, "X-Request-Id": "request-1" } });
    expect(lines()).toEqual([
      {
        level: "info",
        requestId: "request-1",
        protocol: null,
        method: "GET",
        route: "/api/things",
        status: 200,
        duration: expect.any(Number),
        outcome: "resolved",
        phase: null,
        passed: READ_GUARDS,
        denied: null,
        userId: user.id,
      },
    ]);
  });

  test("names the guard that denied, and those before it", async () => {
    const { headers, user } = await createAccount();
    await send("/api/things", { method: "POST", headers, body: "secret" });
    await send("/api/things/none", { headers });
    await send("/api/things");
    const passed = READ_GUARDS;
    expect(lines()).toMatchObject([
      {
        outcome: "denied",
        denied: "requireContentType(application/json)",
        passed: GUARDS.slice(0, 4),
        status: 415,
        level: "warn",
        userId: user.id,
      },
      { outcome: "denied", denied: "requireOwnership", passed, status: 404, level: "warn", userId: user.id },
      {
        outcome: "denied",
        denied: `requirePermission(${PERMISSION})`,
        passed: passed.slice(0, 2),
        status: 401,
        level: "warn",
        userId: null,
      },
    ]);
  });

  test("names the user of a browser's session, also where a later guard denies", async () => {
    const account = await createAccount();
    const { headers } = await openBrowser(account);
    await send("/things", { headers });
    await send("/things", { method: "POST", headers: { ...headers, "Sec-Fetch-Site": "cross-site" } });
    await send("/things");
    expect(lines()).toMatchObject([
      { status: 200, userId: account.user.id },
      { status: 403, denied: "requireCsrf", userId: account.user.id },
      { status: 401, denied: "requireAuth", userId: null },
    ]);
  });

  test("never has what a client sent in a body, a query or a header", async () => {
    const account = await createAccount({ email: `secret-${crypto.randomUUID()}@example.com`, name: "secret" });
    const { Authorization } = account.headers;
    const { Cookie } = (await openBrowser(account)).headers;
    const { key } = await createKey(account, [PERMISSION], { name: "secret" });
    const keyHeaders = { "X-API-Key": key };
    await sendJson("POST", "/api/things?token=secret", { title: "secret" }, { Authorization, Cookie: "a=secret" });
    await sendJson("POST", "/api/things", "{secret", { Authorization, "Idempotency-Key": "secret" });
    await send("/things?q=secret", { headers: { Cookie } });
    await send("/api/things?q=secret", { headers: keyHeaders });
    await send("/api/things", { headers: { Authorization: "Bearer secret" } });
    await send("/secret", { headers: { Authorization, Cookie } });
    expect(lines().map(({ status }) => status)).toEqual([201, 400, 200, 200, 401, 404]);
    const sent = ["secret", Authorization.slice("Bearer ".length), Cookie.slice("__Host-session=".length)];
    for (const secret of [...sent, keyHeaders["X-API-Key"]]) expect(JSON.stringify(lines())).not.toContain(secret);
  });
});

test("the tests run against the real database", async () => {
  expect(await env.DB.prepare("SELECT count(*) AS n FROM users").first("n")).toEqual(expect.any(Number));
});
