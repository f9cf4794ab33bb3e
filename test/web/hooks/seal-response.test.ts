/** The last hook: no response leaves the app without its headers and its log line, whatever produced it. */
import { env } from "cloudflare:test";
import { afterEach, describe, expect, test, vi } from "vitest";
import { sessionPage } from "../../../src/identity/scope.ts";
import { loadSession } from "../../../src/identity/sessions/page-session.ts";
import { stateFacts } from "../../../src/web/app/guard-facts.ts";
import { group, route } from "../../../src/web/app/scope.ts";
import { IMMUTABLE, REVALIDATED } from "../../../src/web/caching/cache-control.ts";
import { refuse } from "../../../src/web/respond/refuse.ts";
import { seeOther } from "../../../src/web/respond/see-other.ts";
import { databaseWith } from "../../databases.ts";
import { createAccount, createApp, openBrowser, PRODUCTION, sendTo } from "../../harness.ts";
import { traceOf } from "../../trace.ts";

const log = vi.spyOn(console, "log").mockImplementation(() => {});
const errors = vi.spyOn(console, "error").mockImplementation(() => {});
const lines = () => log.mock.calls.map(([line]) => JSON.parse(String(line)) as Record<string, unknown>);
afterEach(() => {
  log.mockClear();
  errors.mockClear();
});

const ORIGIN = "https://app.example";
const ok = () => new Response("ok");
const broken = (): never => {
  throw new Error("broken");
};
const requireKey = stateFacts(
  function requireKey() {
    return { allow: true } as const;
  },
  { denies: [], explanation: "Requires a key.", detail: 'of "us" – ü' },
);
function denyAll() {
  return { deny: new Response("no", { status: 403 }) };
}

const app = createApp([
  group({
    cors: true,
    guards: [requireKey],
    onError: ({ context }) => refuse(context, 503, "The group is closed.", { "Retry-After": "1" }),
    handlers: [
      route.get("/group", { resolve: broken }),
      route.get("/guard", { guards: [broken], resolve: ok }),
      route.get("/hook", { resolve: ok, onResponse: broken }),
      route.get("/own", { resolve: broken, onError: () => new Response("own", { status: 502 }) }),
      route.get("/worse", { resolve: broken, onError: broken }),
    ],
  }),
  route.get("/ok", { cors: true, guards: [requireKey], resolve: ok }),
  route.get("/denied", { cors: true, guards: [requireKey, denyAll], resolve: ok }),
  route.get("/broken", { cors: true, resolve: broken }),
  route.get("/no-response", { cors: true, resolve: () => "text" as never }),
  route.get("/public", { resolve: () => new Response("x", { headers: IMMUTABLE }) }),
  route.get("/cookie", {
    resolve: () => new Response("x", { headers: { ...IMMUTABLE, "Set-Cookie": "a=b" } }),
  }),
  route.get("/private-cookie", {
    resolve: () => new Response("x", { headers: { ...REVALIDATED, "Set-Cookie": "a=b" } }),
  }),
  ...["max-age=60", "no-cache", "s-maxage=60", "Public, max-age=1"].map((value, index) =>
    route.get(`/shared/${index}`, { resolve: () => new Response("x", { headers: { "Cache-Control": value } }) }),
  ),
  ...["No-Store", "PRIVATE, max-age=60"].map((value, index) =>
    route.get(`/unshared/${index}`, { resolve: () => new Response("x", { headers: { "Cache-Control": value } }) }),
  ),
  route.get("/revalidated", { resolve: () => new Response("x", { headers: REVALIDATED }) }),
  route.post("/small", {
    maxBodyBytes: 10,
    resolve: async ({ request }) => Response.json((await request.text()).length),
  }),
]);

const RESPONSES: [path: string, status: number, line: object][] = [
  ["/ok", 200, { outcome: "resolved" }],
  ["/denied", 403, { outcome: "denied", denied: "denyAll" }],
  ["/none", 404, { outcome: "unmatched" }],
  ["/group", 503, { outcome: "failed", phase: "resolve" }],
  ["/guard", 503, { outcome: "failed", phase: "guard" }],
  ["/hook", 503, { outcome: "failed", phase: "onResponse" }],
  ["/own", 502, { outcome: "failed", phase: "resolve" }],
  ["/worse", 500, { outcome: "failed", phase: "resolve" }],
  ["/broken", 500, { outcome: "failed", phase: "resolve" }],
  ["/no-response", 500, { outcome: "failed", phase: "resolve" }],
];

describe.each([{}, PRODUCTION])("with %j", (bindings) => {
  test.each(RESPONSES)("the response to %s, which is %i, is sealed and logged once", async (path, status, line) => {
    const headers = { "X-Request-Id": "request-1", Origin: ORIGIN };
    const response = await sendTo(app, path, { headers }, { ...bindings, CORS_ORIGINS: ORIGIN });
    expect(response.status).toBe(status);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "x-request-id": "request-1",
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
      "access-control-allow-origin": ORIGIN,
    });
    const isFailed = "phase" in line;
    expect(lines()).toEqual([expect.objectContaining({ requestId: "request-1", status, phase: null, ...line })]);
    expect(lines()[0]?.error).toEqual(isFailed ? expect.objectContaining({ message: expect.any(String) }) : undefined);
  });
});

describe("Cache-Control", () => {
  test.each([
    ["/ok", "no-store", true],
    ["/revalidated", REVALIDATED["Cache-Control"], true],
    ["/public", IMMUTABLE["Cache-Control"], false],
    // What a shared cache may store, with or without `public`.
    ["/shared/0", "max-age=60", false],
    ["/shared/1", "no-cache", false],
    ["/shared/2", "s-maxage=60", false],
    ["/shared/3", "Public, max-age=1", false],
    ["/unshared/0", "No-Store", true],
    ["/unshared/1", "PRIVATE, max-age=60", true],
    // A cookie is for one client.
    ["/cookie", "no-store", true],
    ["/private-cookie", REVALIDATED["Cache-Control"], true],
  ])("of %s is %s; the response has an id: %s", async (path, value, hasId) => {
    const { headers } = await sendTo(app, path);
    expect([headers.get("Cache-Control"), headers.has("X-Request-Id")]).toEqual([value, hasId]);
  });
});

describe("the trace of decisions", () => {
  const name = "requireKey(of ?us? ? ?)";

  test.each([
    ["/ok", [`${name}:allow`]],
    ["/denied", [`${name}:allow`, "denyAll:deny"]],
    ["/guard", [`${name}:allow`, "broken:error"]],
    ["/broken", []],
    ["/none", []],
  ])("development shows that of %s", async (path, trace) => {
    expect(traceOf(await sendTo(app, path, {}, { ENVIRONMENT: "development" }))).toEqual(trace);
  });

  test("production does not show it", async () => {
    expect((await sendTo(app, "/ok", {}, PRODUCTION)).headers.has("Server-Timing")).toBe(false);
  });
});

test("a body that exceeds the limit of its route is 413, whether or not its length is declared", async () => {
  const body = "12345678901";
  const chunked = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(body));
      controller.close();
    },
  });
  for (const sent of [body, chunked]) {
    const response = await sendTo(app, "/small", { method: "POST", body: sent });
    expect([response.status, await response.json()]).toEqual([413, expect.objectContaining({ status: 413 })]);
  }
  expect(await (await sendTo(app, "/small", { method: "POST", body: "1234567890" })).json()).toBe(10);
});

describe("a hook of a part that throws", () => {
  const failing = createApp([route.get("/ok", { resolve: ok })], {
    onSend: function failLate() {
      throw new Error("late");
    },
  });

  test("ends in a 500 that is sealed and logged", async () => {
    const response = await sendTo(failing, "/ok", { headers: { "X-Request-Id": "request-1" } }, PRODUCTION);
    expect([response.status, response.headers.get("X-Request-Id")]).toEqual([500, "request-1"]);
    expect(lines()).toMatchObject([{ status: 500, requestId: "request-1" }]);
    expect(String(errors.mock.calls[0]?.[0])).toContain("failLate failed");
  });
});

describe("the session", () => {
  const pages = createApp([
    group({
      guards: [loadSession],
      onError: () => seeOther("/shown"),
      handlers: [
        sessionPage.route.get("/flash", {
          resolve: ({ locals }) => {
            locals.session.flash("done", "Saved.");
            return ok();
          },
        }),
        sessionPage.route.get("/data", {
          resolve: ({ locals }) => {
            locals.session.set("basket", [1]);
            return ok();
          },
        }),
        sessionPage.route.get("/fails", {
          resolve: ({ locals }) => {
            locals.session.flash("failed", "It failed.");
            return broken();
          },
        }),
        sessionPage.route.get("/shown", {
          resolve: ({ locals }) => Response.json(locals.session.takeFlashes().map(({ text }) => text)),
        }),
        sessionPage.route.get("/shown-not", {
          resolve: ({ locals }) => {
            locals.session.takeFlashes();
            return broken();
          },
        }),
        sessionPage.route.get("/refused", {
          resolve: (c) => {
            c.locals.session.takeFlashes();
            return refuse(c, 404, "It is gone.");
          },
        }),
      ],
    }),
  ]);

  test("is saved without a hook of the group, also for a response of its onError", async () => {
    const { headers } = await openBrowser(await createAccount());
    for (const [path, text] of [
      ["/flash", "Saved."],
      ["/fails", "It failed."],
    ] as const) {
      await sendTo(pages, path, { headers });
      expect(await (await sendTo(pages, "/shown", { headers })).json()).toEqual([text]);
      expect(await (await sendTo(pages, "/shown", { headers })).json()).toEqual([]);
    }
  });

  test.each(["/shown-not", "/refused"])("keeps messages that a failed request of %s has taken", async (path) => {
    const { headers } = await openBrowser(await createAccount());
    await sendTo(pages, "/flash", { headers });
    await (await sendTo(pages, path, { headers })).body?.cancel();
    expect(await (await sendTo(pages, "/shown", { headers })).json()).toEqual(["Saved."]);
  });

  test("whose data cannot be saved ends in a 500 that is sealed; lost messages do not replace the response", async () => {
    const { headers } = await openBrowser(await createAccount());
    const prepare = (sql: string) => {
      if (sql.startsWith("UPDATE sessions")) throw new Error("The database is away");
      return env.DB.prepare(sql);
    };
    for (const [path, status] of [
      ["/data", 500],
      ["/flash", 200],
    ] as const) {
      const response = await sendTo(pages, path, { headers }, { DB: databaseWith({ prepare }) });
      expect([path, response.status, response.headers.has("X-Request-Id")]).toEqual([path, status, true]);
    }
  });
});
