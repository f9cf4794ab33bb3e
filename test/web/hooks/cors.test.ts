import { describe, expect, test, vi } from "vitest";
import type { Env } from "../../../src/env.ts";
import { APP_ID } from "../../../src/web/app/app-name.ts";
import { databaseWith } from "../../databases.ts";
import { app, createAccount, send } from "../../harness.ts";
import { listRequests } from "../../policy/list-requests.ts";

vi.spyOn(console, "log").mockImplementation(() => {});

const APP = "https://app.example";
const LIMITS = { API_RATE_LIMIT: 100_000, SIGN_IN_RATE_LIMIT: 100_000, ACCOUNT_RATE_LIMIT: 100_000 };
const LISTED: Partial<Env> = { ...LIMITS, CORS_ORIGINS: `${APP} http://other.example:8080` };

const NOT_LISTED = [
  "https://evil.example",
  "http://app.example",
  "https://app.example:8443",
  "http://other.example",
  "https://app.exampl",
  "https://app.example/",
  "https://app.example.evil.example",
  "https://APP.example",
  "https://evil.example https://app.example",
  "*",
  "null",
  "",
];

const table = listRequests(app.handlers);
const hasCors = ({ cors }: { cors: boolean }) => cors;
const sharedPaths = [...new Set(table.filter(hasCors).map(({ path }) => path))];
const pages = [...new Set(table.filter((route) => !hasCors(route)).map(({ path }) => path))];

/** What a parameter is called does not matter to who asks. */
const shapeOf = (path: string) => path.replace(/:\w+/, ":");
const methodsOf = (path: string) => [
  ...new Set(table.filter((route) => shapeOf(route.path) === shapeOf(path)).map(({ method }) => method)),
];
const corsOf = ({ headers }: Response) => [...headers.keys()].filter((name) => name.startsWith("access-control-"));
const varyOf = ({ headers }: Response) => (headers.get("Vary") ?? "").split(",").map((name) => name.trim());

function preflight(path: string, Origin: string, bindings = LISTED): Promise<Response> {
  const headers = {
    Origin,
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization",
  };
  return send(path, { method: "OPTIONS", headers }, bindings);
}

describe("a page of a configured origin", () => {
  test.each(LISTED.CORS_ORIGINS?.split(" ") ?? [])("may read the responses of the API: %s", async (Origin) => {
    const account = await createAccount();
    const response = await send("/api/things", { headers: { ...account.headers, Origin } }, LISTED);
    expect([response.status, response.headers.get("Access-Control-Allow-Origin")]).toEqual([200, Origin]);
    expect(response.headers.get("Access-Control-Expose-Headers")?.split(", ")).toEqual(
      expect.arrayContaining(["ETag", "Location", "Retry-After", "X-Request-Id", "RateLimit"]),
    );
  });

  test.each(sharedPaths)("may use the methods of the table on %s, and no others", async (path) => {
    const response = await preflight(path, APP);
    expect([response.status, await response.text()]).toEqual([204, ""]);
    expect(response.headers.get("Access-Control-Allow-Origin")).toBe(APP);
    const allowed = response.headers.get("Access-Control-Allow-Methods")?.split(", ");
    expect(allowed).toEqual(methodsOf(path).sort());
    expect(response.headers.get("Access-Control-Allow-Headers")?.toLowerCase().split(", ")).toEqual(
      expect.arrayContaining(["authorization", "content-type", "x-api-key", "if-match", "idempotency-key"]),
    );
  });

  test("reads errors, too", async () => {
    const broken = new Error("The database is away");
    const prepare = () => {
      throw broken;
    };
    const headers = { Origin: APP };
    const key = { ...headers, "X-API-Key": `${APP_ID}_x` };
    const own = { ...headers, ...(await createAccount()).headers };
    const responses = [
      await send("/api/things", { headers }, LISTED),
      await send("/api/none", { headers }, LISTED),
      await send("/api/things", { method: "PUT", headers }, LISTED),
      await send("/api/things", { method: "POST", headers: own, body: "{}" }, LISTED),
      await send("/api/things", { headers: key }, { ...LISTED, DB: databaseWith({ prepare }) }),
    ];
    const limited = { ...LISTED, API_RATE_LIMIT: 1 };
    const other = { ...headers, ...(await createAccount()).headers };
    await send("/api/things", { headers: other }, limited);
    responses.push(await send("/api/things", { headers: other }, limited));
    expect(responses.map(({ status }) => status)).toEqual([401, 404, 405, 415, 500, 429]);
    for (const response of responses) expect(response.headers.get("Access-Control-Allow-Origin")).toBe(APP);
  });
});

describe("a page of any other origin", () => {
  test.each(NOT_LISTED)("is told nothing: %j", async (Origin) => {
    const { headers } = await createAccount();
    for (const response of [
      await send("/api/things", { headers: { ...headers, Origin } }, LISTED),
      await preflight("/api/things", Origin),
    ]) {
      expect([corsOf(response), varyOf(response)]).toEqual([[], expect.arrayContaining(["Origin"])]);
    }
  });

  test.each(["", " ", "  "])("is told nothing where the configuration is %j", async (CORS_ORIGINS) => {
    for (const origin of [APP, ...NOT_LISTED]) {
      const response = await preflight("/api/things", origin, { ...LIMITS, CORS_ORIGINS });
      expect([origin, corsOf(response)]).toEqual([origin, []]);
    }
  });
});

describe("every response of a route with CORS", () => {
  test.each(table.filter(hasCors))(
    "varies by Origin and never takes cookies along: $method $path",
    async ({ method, path }) => {
      for (const headers of [{}, { Origin: APP }, { Origin: "https://evil.example" }]) {
        const response = await send(path, { method, headers }, LISTED);
        expect(varyOf(response)).toContain("Origin");
        expect(response.headers.has("Access-Control-Allow-Credentials")).toBe(false);
      }
    },
  );

  test.each(sharedPaths)("says the methods of %s in Allow, to OPTIONS and with 405", async (path) => {
    const options = await send(path, { method: "OPTIONS" }, LISTED);
    const wrong = await send(path, { method: "PROPFIND" }, LISTED);
    expect([options.status, wrong.status]).toEqual([204, 405]);
    for (const { headers } of [options, wrong]) {
      expect(headers.get("Allow")?.split(", ")).toEqual(expect.arrayContaining(methodsOf(path)));
    }
    expect(corsOf(options)).toEqual([]);
  });
});

test("routes with CORS and routes without it are both in the table", () => {
  expect([sharedPaths.includes("/api/things"), sharedPaths.includes("/static/*")]).toEqual([true, true]);
  expect(pages).toContain("/things");
});

test.each(pages)("the path %s has no CORS", async (path) => {
  for (const response of [await send(path, { headers: { Origin: APP } }, LISTED), await preflight(path, APP)]) {
    expect(corsOf(response)).toEqual([]);
  }
});
