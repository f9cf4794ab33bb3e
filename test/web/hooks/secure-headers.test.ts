import { createExecutionContext, env } from "cloudflare:test";
import { describe, expect, test, vi } from "vitest";
import { setup } from "../../../src/http/index.ts";
import { route } from "../../../src/web/app/scope.ts";
import { handleError } from "../../../src/web/hooks/handle-error.ts";
import { handleUnmatched } from "../../../src/web/hooks/handle-unmatched.ts";
import { sealResponse } from "../../../src/web/hooks/seal-response.ts";
import { problem } from "../../../src/web/respond/problem.ts";
import { app, createAccount, openBrowser, send } from "../../harness.ts";
import { listRequests } from "../../policy/list-requests.ts";
import { supplyLocals } from "../../supply-locals.ts";

vi.spyOn(console, "log").mockImplementation(() => {});

function expectSafe({ headers }: Response): void {
  expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
  expect(headers.get("X-Frame-Options")).toBe("DENY");
  expect(headers.get("Referrer-Policy")).toBe("same-origin");
  expect(headers.get("Cross-Origin-Opener-Policy")).toBe("same-origin");
  expect(headers.get("Cross-Origin-Resource-Policy")).toBe("same-origin");
  expect(headers.get("Permissions-Policy")).toContain("camera=()");
  const policy = headers.get("Content-Security-Policy") ?? "";
  expect(policy.split("; ")).toEqual(
    expect.arrayContaining(["default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"]),
  );
  expect(policy).not.toMatch(/unsafe|\*|https?:/);
}

/** An app of every kind of response, with our hooks. */
const kinds = setup({
  onRequest: supplyLocals,
  onSend: sealResponse,
  onError: handleError,
  notFound: handleUnmatched,
  handlers: [
    route.get("/text", { resolve: () => new Response("text") }),
    route.get("/json", { resolve: () => Response.json({}) }),
    route.get("/problem", { resolve: ({ locals }) => problem(locals, 409, "No") }),
    route.get("/none", { resolve: () => new Response(null, { status: 204 }) }),
    route.get("/unchanged", { resolve: () => new Response(null, { status: 304, headers: { ETag: '"v1"' } }) }),
    route.get("/redirect", { resolve: () => Response.redirect("http://localhost/text", 303) }),
    route.get("/denied", {
      guards: [() => ({ deny: new Response(null, { status: 403 }) })],
      resolve: () => new Response(),
    }),
    route.get("/broken", { resolve: () => Promise.reject(new Error("broken")) }),
    route.get("/own", {
      resolve: () =>
        new Response("own", { headers: { "Content-Security-Policy": "sandbox", "Referrer-Policy": "no-referrer" } }),
    }),
  ],
});

function ask(path: string, init: RequestInit = {}): Promise<Response> {
  return kinds.fetch(new Request(new URL(path, "http://localhost"), init), env, createExecutionContext());
}

describe.each([{}, { Accept: "text/html" }])("a client that sends %j", (headers) => {
  const requests: [path: string, method: string, status: number][] = [
    ["/text", "GET", 200],
    ["/text", "HEAD", 200],
    ["/json", "GET", 200],
    ["/problem", "GET", 409],
    ["/none", "GET", 204],
    ["/unchanged", "GET", 304],
    ["/redirect", "GET", 303],
    ["/denied", "GET", 403],
    ["/broken", "GET", 500],
    ["/nowhere", "GET", 404],
    ["/text", "DELETE", 405],
    ["/text", "OPTIONS", 204],
  ];
  test.each(requests)("gets the headers from %s with %s, which is %i", async (path, method, status) => {
    const response = await ask(path, { method, headers });
    expect(response.status).toBe(status);
    expectSafe(response);
  });
});

test("headers that a response sets itself are kept", async () => {
  const { headers } = await ask("/own");
  expect([headers.get("Content-Security-Policy"), headers.get("Referrer-Policy")]).toEqual(["sandbox", "no-referrer"]);
  expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
});

test("a page's own policy allows our stylesheet and forms to ourselves, and the page has no style of its own", async () => {
  const { headers } = await openBrowser(await createAccount());
  for (const response of [
    await send("/things", { headers }),
    await send("/none", { headers: { Accept: "text/html" } }),
  ]) {
    expectSafe(response);
    const policy = response.headers.get("Content-Security-Policy") ?? "";
    expect(policy).toMatch(/^default-src 'none'; style-src 'self'; /);
    expect(policy).toContain("form-action 'self'");
    const page = await response.text();
    expect(policy).toContain("script-src 'self'; connect-src 'self'");
    expect(page).toContain('<link rel="stylesheet" href="/static/page');
    expect(page).not.toMatch(/<style|style=/);
  }
});

test("only a response over https requires https for later requests", async () => {
  for (const path of ["/robots.txt", "/things", "/api/things", "/none"]) {
    const [http, https] = [await send(path), await send(`https://localhost${path}`)];
    expect(http.headers.has("Strict-Transport-Security")).toBe(false);
    expect(https.headers.get("Strict-Transport-Security")).toBe("max-age=31536000");
  }
});

const rows = [...listRequests(app.handlers), { method: "OPTIONS", path: "/things" }, { method: "PUT", path: "/none" }];

test.each(rows)("the response to a stranger's $method $path has them", async ({ method, path }) => {
  expectSafe(await send(path, { method, headers: { Accept: "text/html" } }, { API_RATE_LIMIT: 100_000 }));
  expectSafe(await send(path, { method }, { API_RATE_LIMIT: 100_000 }));
});
