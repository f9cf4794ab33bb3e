import { env } from "cloudflare:test";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createNote, send } from "../harness.ts";

const log = vi.spyOn(console, "log").mockImplementation(() => {});
const lines = () => log.mock.calls.map(([line]) => JSON.parse(String(line)) as Record<string, unknown>);
afterEach(() => log.mockClear());

const BROKEN = {
  DB: {
    prepare: () => {
      throw new Error("no such table: secret_table", { cause: new Error("deep") });
    },
  } as unknown as D1Database,
};

describe("X-Request-Id", () => {
  test.each(["abcdefgh", "A-Z_0-9-abcdefgh", "x".repeat(64)])("%s is taken from the request", async (id) => {
    expect((await send("/health", { headers: { "X-Request-Id": id } })).headers.get("X-Request-Id")).toBe(id);
  });

  test.each(["short", "x".repeat(65), "with space", "semi;colon", "ünïcödé1"])("%s is not", async (id) => {
    const given = (await send("/health", { headers: { "X-Request-Id": encodeURI(id) === id ? id : encodeURI(id) } }))
      .headers;
    expect(given.get("X-Request-Id")).toMatch(/^[0-9a-f-]{36}$/);
  });

  test.each(["/health", "/none", "/api/notes/none", "/"])("is on the response to GET %s", async (path) => {
    expect((await send(path)).headers.get("X-Request-Id")).toMatch(/^[0-9a-f-]{36}$/);
  });

  test("is on the response to an error, and in its body", async () => {
    const response = await send("/api/notes", {}, BROKEN);
    expect((await response.json<{ requestId: string }>()).requestId).toBe(response.headers.get("X-Request-Id"));
  });
});

describe("no route", () => {
  test("answers 404 as a problem to a client of the API", async () => {
    const response = await send("/api/none", { headers: { Accept: "text/html" } });
    expect(response.headers.get("Content-Type")).toBe("application/problem+json");
    expect(await response.json()).toMatchObject({ type: "about:blank", title: "Not Found", status: 404 });
  });

  test("answers 404 as a page to a browser", async () => {
    const response = await send("/none", { headers: { Accept: "text/html,*/*" } });
    expect([response.status, response.headers.get("Content-Type")]).toEqual([404, "text/html; charset=utf-8"]);
  });

  test("for this method answers 405 with Allow", async () => {
    const response = await send("/api/notes", { method: "DELETE" });
    expect([response.status, response.headers.get("Allow")]).toEqual([405, "GET, HEAD, POST, OPTIONS"]);
  });

  test("for OPTIONS answers 204 with Allow", async () => {
    const response = await send("/api/notes/x", { method: "OPTIONS" });
    expect([response.status, response.headers.get("Allow")]).toEqual([204, "DELETE, GET, HEAD, PATCH, OPTIONS"]);
  });
});

describe("HEAD", () => {
  test("answers as GET does, without the body", async () => {
    const { id } = await createNote("n");
    for (const path of ["/health", "/", "/api/notes", `/api/notes/${id}`, "/api/notes/export.csv", "/none"]) {
      const [get, head] = [await send(path), await send(path, { method: "HEAD" })];
      expect([head.status, head.headers.get("Content-Type")]).toEqual([get.status, get.headers.get("Content-Type")]);
      expect(await head.text()).toBe("");
      await get.body?.cancel();
    }
  });
});

describe("an error", () => {
  test("in production says nothing but the request id", async () => {
    const response = await send("/api/notes", {}, { ...BROKEN, ENVIRONMENT: "production" });
    const body = await response.json<object>();
    expect(response.status).toBe(500);
    expect(Object.keys(body).sort()).toEqual(["detail", "requestId", "status", "title", "type"]);
    expect(JSON.stringify(body)).not.toContain("table");
  });

  test("in development shows its message, stack, route and the guards it passed", async () => {
    const init = { method: "POST", headers: { "Content-Type": "application/json" }, body: '{"title":"t"}' };
    const response = await send("/api/notes", init, { ...BROKEN, ENVIRONMENT: "development" });
    expect(await response.json()).toMatchObject({
      debug: {
        message: "no such table: secret_table",
        stack: expect.any(String),
        route: "/api/notes",
        passed: ["requireContentType"],
      },
    });
  });

  test("on a page is a page, escaped", async () => {
    const html = { headers: { Accept: "text/html" } };
    const development = await send("/", html, { ...BROKEN, ENVIRONMENT: "development" });
    expect([development.status, await development.text()]).toEqual([500, expect.stringContaining("secret_table")]);
    const production = await send("/", html, { ...BROKEN, ENVIRONMENT: "production" });
    expect(await production.text()).not.toContain("secret_table");
  });

  test("is in the log whole, with its cause", async () => {
    await send("/api/notes", {}, BROKEN);
    expect(lines()).toEqual([
      expect.objectContaining({
        level: "error",
        outcome: "error",
        error: expect.objectContaining({ cause: expect.objectContaining({ message: "deep" }) }),
      }),
    ]);
  });
});

describe("whatever is thrown", () => {
  const cyclic = new Error("again");
  cyclic.cause = cyclic;
  const thrown = {
    "an error that is its own cause": cyclic,
    "an object without a prototype": Object.create(null),
    null: null,
    "a symbol": Symbol("s"),
  };
  test.each(Object.entries(thrown))("%s is a 500 with its id, in one log line", async (_, value) => {
    const prepare = () => {
      throw value;
    };
    const response = await send(
      "/api/notes",
      {},
      { DB: { prepare } as unknown as D1Database, ENVIRONMENT: "development" },
    );
    expect([response.status, response.headers.get("X-Request-Id")]).toEqual([500, expect.any(String)]);
    expect(lines()).toEqual([expect.objectContaining({ outcome: "error", status: 500, error: expect.anything() })]);
  });
});

describe("the log", () => {
  test("has one line a request, which says what was decided", async () => {
    await send("/api/notes/none?q=secret", { headers: { "X-Request-Id": "request-1" } });
    expect(lines()).toEqual([
      {
        level: "warn",
        requestId: "request-1",
        method: "GET",
        route: "/api/notes/:id",
        status: 404,
        duration: expect.any(Number),
        outcome: "resolved",
        passed: [],
        denied: null,
        userId: null,
      },
    ]);
  });

  test("names the guard that denied, and those before it", async () => {
    await send("/api/notes", { method: "POST", body: "secret" });
    expect(lines()).toMatchObject([{ outcome: "denied", denied: "requireContentType", passed: [], status: 415 }]);
  });

  test("never has what a client sent in a body, a query or a header", async () => {
    const headers = { "Content-Type": "application/json", Authorization: "Bearer secret", Cookie: "a=secret" };
    await send("/api/notes?token=secret", { method: "POST", headers, body: '{"title":"secret"}' });
    await send("/api/notes", { method: "POST", headers, body: "{secret" });
    await send("/secret", { headers });
    expect(lines()).toHaveLength(3);
    expect(JSON.stringify(lines())).not.toContain("secret");
  });
});

test("the tests run against the real database", async () => {
  expect(await env.DB.prepare("SELECT count(*) AS n FROM notes").first("n")).toEqual(expect.any(Number));
});
