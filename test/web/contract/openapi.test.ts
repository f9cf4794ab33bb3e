/** The OpenAPI document of an app. */
import { describe, expect, test } from "vitest";
import * as z from "zod";
import type { AppLocals } from "../../../src/env.ts";
import type { Handler } from "../../../src/http/index.ts";
import { requireAuth } from "../../../src/identity/guards/require-auth.ts";
import { requirePermission } from "../../../src/identity/guards/require-permission.ts";
import { requireRole } from "../../../src/identity/guards/require-role.ts";
import { sessionCookie } from "../../../src/identity/sessions/cookies.ts";
import { limitAddress } from "../../../src/limits/limit-address.ts";
import { rateLimit } from "../../../src/limits/rate-limit.ts";
import { assemble } from "../../../src/web/app/assemble.ts";
import { feature } from "../../../src/web/app/feature.ts";
import { stateFacts } from "../../../src/web/app/guard-facts.ts";
import { route } from "../../../src/web/app/scope.ts";
import { describeBody, noBody, pageOf, problemBody } from "../../../src/web/contract/bodies.ts";
import { describeApi } from "../../../src/web/contract/openapi.ts";
import { SECURITY_SCHEMES } from "../../../src/web/contract/security.ts";
import { requireContentType, requireJson } from "../../../src/web/guards/require-content-type.ts";
import { requireUpgrade } from "../../../src/web/guards/require-upgrade.ts";

const resolve = () => new Response();
const ok = { 200: z.object({ a: z.string() }) };
/** An app without the routes of the lower floors. */
const createApp = (routes: readonly Handler<AppLocals>[]) =>
  assemble({ parts: [], features: [feature({ name: "test", routes })] }).app;
const describeRoutes = (...routes: Handler<AppLocals>[]) => describeApi(createApp(routes));

/** The only operation of a route. */
function operationOf(handler: Handler<AppLocals>) {
  const [item = {}, ...others] = Object.values(describeRoutes(handler).paths);
  const [operation, ...methods] = Object.values(item);
  expect([others, methods]).toEqual([[], []]);
  if (!operation) throw new Error("The document has no operation");
  return operation;
}

describe("the routes of the document", () => {
  test("are those that declare responses, with the methods that OpenAPI knows, without HEAD", () => {
    const { paths } = describeRoutes(
      route.get("/api/a", { cors: true, responses: ok, resolve }),
      route.on(["PUT", "PATCH"], "/api/a", { responses: ok, resolve }),
      route.get("/page", { resolve }),
    );
    expect(Object.keys(paths)).toEqual(["/api/a"]);
    expect(Object.keys(paths["/api/a"] ?? {})).toEqual(["get", "put", "patch"]);
  });

  test("share a path that differs only in the names of parameters", () => {
    const { paths } = describeRoutes(
      route.put("/api/files/:name", { responses: ok, resolve }),
      route.get("/api/files/:id", { responses: ok, resolve }),
    );
    expect(Object.keys(paths)).toEqual(["/api/files/{nameOrId}"]);
    const { put, get } = paths["/api/files/{nameOrId}"] ?? {};
    expect([put?.operationId, get?.operationId]).toEqual(["putApiFilesByName", "getApiFilesById"]);
    expect([put, get].map((one) => one?.parameters?.[0]?.name)).toEqual(["nameOrId", "nameOrId"]);
  });

  test("have distinct ids even if their paths are similar", () => {
    const { paths } = describeRoutes(
      route.get("/api/a-b", { responses: ok, resolve }),
      route.get("/api/a/b", { responses: ok, resolve }),
    );
    expect(Object.values(paths).map(({ get }) => get?.operationId)).toEqual(["getApiAB", "getApiAB2"]);
  });

  test("are derived once for each app", () => {
    const app = createApp([route.get("/api/a", { responses: ok, resolve })]);
    expect(describeApi(app)).toBe(describeApi(app));
    expect(describeApi(app)).not.toBe(describeApi(createApp([])));
  });
});

describe("an operation", () => {
  test("describes a body whose schema is of another library as any JSON value", () => {
    const schema = { "~standard": { validate: (value: unknown) => ({ value }) } };
    const { responses } = operationOf(route.get("/a", { responses: { 201: schema }, resolve }));
    expect(responses[201]?.content).toEqual({ "application/json": {} });
  });

  test("has its summary, and the tag of its feature or its own", () => {
    const { summary, tags } = operationOf(route.get("/a", { summary: "Do", responses: ok, resolve }));
    expect([summary, tags]).toEqual(["Do", ["test"]]);
    expect(operationOf(route.get("/a", { tag: "own", responses: ok, resolve })).tags).toEqual(["own"]);
  });

  test("has parameters of the path, the query and the headers, of guards and handlers", () => {
    const request = {
      params: z.object({ id: z.string().max(9) }),
      query: z.object({ limit: z.string().transform(Number).default(20).describe("At most."), q: z.string() }),
    };
    const requestHeaders = { "If-Match": "A tag.", Accept: "Described by the bodies." };
    const guards = [requireUpgrade];
    expect(
      operationOf(route.get("/api/a/:id", { guards, request, requestHeaders, responses: ok, resolve })).parameters,
    ).toEqual([
      { name: "id", in: "path", required: true, schema: { type: "string", maxLength: 9 } },
      { name: "limit", in: "query", required: false, description: "At most.", schema: { type: "string" } },
      { name: "q", in: "query", required: true, schema: { type: "string" } },
      { name: "Upgrade", in: "header", required: true, description: expect.any(String), schema: { type: "string" } },
      { name: "If-Match", in: "header", required: false, description: "A tag.", schema: { type: "string" } },
    ]);
  });

  test("has a body: JSON with a schema, or the media types of its guards or its own", () => {
    const bodyOf = (handler: Handler<AppLocals>) => operationOf(handler).requestBody;
    const json = { type: "object", properties: {}, additionalProperties: false };
    const body = z.strictObject({});
    expect([
      bodyOf(route.post("/a", { guards: [requireJson], request: { body }, responses: ok, resolve })),
      bodyOf(route.post("/a", { request: { body: body.optional() }, responses: ok, resolve })),
      bodyOf(route.post("/a", { guards: [requireContentType(["image/png"])], responses: ok, resolve })),
      bodyOf(route.post("/a", { mediaTypes: ["*/*"], responses: ok, resolve })),
      bodyOf(route.post("/a", { responses: ok, resolve })),
    ]).toEqual([
      { required: true, content: { "application/json": { schema: json } } },
      { required: false, content: { "application/json": { schema: json } } },
      { required: true, content: { "image/png": {} } },
      { required: true, content: { "*/*": {} } },
      undefined,
    ]);
  });
});

describe("the credentials of an operation", () => {
  const securityOf = (guards: NonNullable<Parameters<typeof route.get>[1]["guards"]>) =>
    operationOf(route.get("/api/a", { guards, responses: ok, resolve })).security;

  test("are those that its guards accept", () => {
    expect(securityOf([limitAddress])).toBeUndefined();
    expect(securityOf([requireAuth])).toEqual([{ token: [] }, { session: [] }]);
    expect(securityOf([requirePermission("a:read")])).toEqual([{ token: [] }, { key: ["a:read"] }, { session: [] }]);
    expect(securityOf([requirePermission("a:read"), requireAuth])).toEqual([{ token: [] }, { session: [] }]);
  });

  test("are explained by schemes, as far as they are used", () => {
    const schemesOf = (...routes: Handler<AppLocals>[]) =>
      Object.keys(describeRoutes(...routes).components.securitySchemes);
    expect(schemesOf(route.get("/a", { responses: ok, resolve }))).toEqual([]);
    expect(schemesOf(route.get("/a", { guards: [requireAuth], responses: ok, resolve }))).toEqual(["token", "session"]);
  });

  test("the session's cookie has the name that the scheme says", () => {
    const cookie = `${SECURITY_SCHEMES.session.name}=secret`;
    const request = new Request("https://a.example/", { headers: { Cookie: cookie } });
    expect(sessionCookie.read(request, { ENVIRONMENT: "production" })).toBe("secret");
  });
});

describe("the responses of an operation", () => {
  const limit = rateLimit({ name: "x", limit: 1, windowSeconds: 60, key: () => "x", whenUnavailable: "deny" });

  test("are those of the handler, of the guards, and those of every route", () => {
    const statusesOf = (handler: Handler<AppLocals>) => Object.keys(operationOf(handler).responses).join(" ");
    const body = z.object({});
    expect(statusesOf(route.get("/api/a", { responses: ok, resolve }))).toBe("200 500 503");
    expect(statusesOf(route.get("/api/a", { responses: { 201: noBody, 404: problemBody }, resolve }))).toBe(
      "201 404 500 503",
    );
    expect(statusesOf(route.get("/api/a", { guards: [limit], responses: ok, resolve }))).toBe("200 429 500 503");
    expect(statusesOf(route.get("/api/a", { request: { query: body }, responses: ok, resolve }))).toBe(
      "200 400 500 503",
    );
    expect(statusesOf(route.post("/api/a", { request: { body }, responses: ok, resolve }))).toBe(
      "200 400 408 413 500 503",
    );
    expect(statusesOf(route.post("/api/a", { maxBodyBytes: 1, responses: ok, resolve }))).toBe("200 408 413 500 503");
  });

  test("redirect to a page only outside the API", () => {
    const at = (path: string) =>
      operationOf(route.get(path, { guards: [requireAuth], responses: ok, resolve })).responses;
    expect(Object.keys(at("/api/a"))).toEqual(["200", "401", "403", "500", "503"]);
    expect(at("/a")["303"]).toMatchObject({ headers: { Location: { required: true } } });
    expect(at("/a")["303"]).not.toHaveProperty("content");
    expect(Object.keys(at("/a")["401"]?.content ?? {})).toEqual(["application/problem+json", "text/html"]);
  });

  test("with the same status are one, whose description names them all", () => {
    const responses = { 200: ok[200], 403: describeBody(problemBody, { description: "Not on Sundays." }) };
    const guards = [requireAuth, requireRole("admin")] as const;
    const { description } = operationOf(route.get("/api/a", { guards, responses, resolve })).responses["403"] ?? {};
    expect(description).toBe("Not on Sundays. Denied by requireAuth, requireRole(admin).");
  });

  test("with the same status and different bodies allow either", () => {
    const responses = { 200: ok[200], 503: z.object({ down: z.boolean() }) };
    const { content = {} } =
      operationOf(route.get("/api/a", { guards: [limit], responses, resolve })).responses["503"] ?? {};
    expect(Object.keys(content)).toEqual(["application/json", "application/problem+json"]);
    const page = { 400: describeBody(pageOf(z.string()), { mediaTypes: ["application/problem+json"] }) };
    const request = { query: z.object({}) };
    const merged = operationOf(route.get("/api/a", { request, responses: { ...ok, ...page }, resolve })).responses[
      "400"
    ];
    expect(merged?.content?.["application/problem+json"]?.schema?.anyOf).toHaveLength(2);
  });

  test("may be a page with the same facts, which has no schema", () => {
    const responses = { 200: describeBody(z.string(), { mediaTypes: ["application/json", "text/html"] }) };
    const { content } = operationOf(route.get("/a", { responses, resolve })).responses["200"] ?? {};
    expect(content).toEqual({ "application/json": { schema: { type: "string" } }, "text/html": {} });
  });

  test("have the headers of their status; one is required if every reason for the status sends it", () => {
    const headersOf = (handler: Handler<AppLocals>, status: number) => {
      const { headers = {} } = operationOf(handler).responses[status] ?? {};
      return Object.entries(headers).map(
        ([name, header]) => `${name}${"required" in header && header.required ? "" : "?"}`,
      );
    };
    const at = (declared: NonNullable<Handler["responses"]>) =>
      route.get("/api/a", { guards: [limit, requireAuth, requireUpgrade], responses: declared, resolve });
    expect(headersOf(at(ok), 200)).toContain("X-Request-Id?");
    expect(headersOf(at(ok), 401)).toEqual(["WWW-Authenticate", "X-Request-Id?"]);
    expect(headersOf(at(ok), 429)).toEqual(expect.arrayContaining(["Retry-After", "X-Request-Id?"]));
    expect(headersOf(at(ok), 503)).toEqual(["Retry-After", "X-Request-Id?"]);
    expect(headersOf(at(ok), 426)).toEqual(["Upgrade", "X-Request-Id?"]);
    const described = { 429: describeBody(problemBody, { headers: { Allow: "x" }, optionalHeaders: { Age: "y" } }) };
    expect(headersOf(at({ ...ok, ...described }), 429)).toEqual(
      expect.arrayContaining(["Retry-After", "Allow?", "Age?"]),
    );
  });

  test("show the limits that the route has", () => {
    const fact = { name: "x", max: 1, unit: "requests", windowSeconds: 60 };
    const facts = { denies: [429], explanation: "Limits.", limits: [fact] };
    const guard = stateFacts(() => ({ allow: true }) as const, facts);
    const { responses } = operationOf(route.get("/api/a", { guards: [guard], responses: ok, resolve }));
    const shown = Object.entries(responses).filter(([, { headers = {} }]) => "RateLimit-Policy" in headers);
    expect(shown.map(([status]) => status)).toEqual(["200", "429"]);
  });
});
