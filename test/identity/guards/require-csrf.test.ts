import { createExecutionContext, env } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { setup, standardValidator } from "../../../src/http/index.ts";
import { requireCsrf } from "../../../src/identity/guards/require-csrf.ts";
import { requirePermission } from "../../../src/identity/guards/require-permission.ts";
import { factsOf } from "../../../src/web/app/guard-facts.ts";
import { route } from "../../../src/web/app/scope.ts";
import { createAccount, createKey, openBrowser, unreadable } from "../../harness.ts";
import { supplyLocals } from "../../supply-locals.ts";

const METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "PROPFIND"];

const app = setup({
  onRequest: supplyLocals,
  validator: standardValidator,
  handlers: [
    route.on(METHODS, "/open", {
      guards: [requireCsrf],
      request: { body: z.unknown() },
      resolve: () => new Response("in"),
    }),
    route.post("/known", {
      guards: [requirePermission("things:write"), requireCsrf],
      resolve: ({ locals }) => Response.json(locals.auth.via),
    }),
  ],
});

function ask(
  method: string,
  url: string,
  headers: Record<string, string>,
  { body = null, PUBLIC_ORIGIN = "" }: { body?: BodyInit | null; PUBLIC_ORIGIN?: string } = {},
) {
  const request = new Request(new URL(url, "http://localhost"), { method, headers, body });
  return app.fetch(request, { ...env, PUBLIC_ORIGIN }, createExecutionContext());
}

const OWN: Record<string, string>[] = [
  { "Sec-Fetch-Site": "same-origin" },
  { "Sec-Fetch-Site": "none" },
  { Origin: "http://localhost" },
  // A proxy may rewrite Origin; no page can write Sec-Fetch-Site.
  { "Sec-Fetch-Site": "same-origin", Origin: "null" },
  // What text browsers such as lynx and w3m send.
  { Referer: "http://localhost/" },
  { Referer: "http://localhost/login?next=%2Fnotes" },
  { Referer: "http://localhost" },
  { Origin: "http://localhost", Referer: "https://evil.example/" },
  { "Sec-Fetch-Site": "same-origin", Referer: "https://evil.example/" },
];

const FOREIGN: Record<string, string>[] = [
  {},
  { "Sec-Fetch-Site": "cross-site" },
  { "Sec-Fetch-Site": "same-site" },
  { "Sec-Fetch-Site": "" },
  { "Sec-Fetch-Site": "Same-Origin" },
  { "Sec-Fetch-Site": "same-origin, cross-site" },
  { "Sec-Fetch-Site": "cross-site", Origin: "http://localhost" },
  { "Sec-Fetch-Site": "", Origin: "http://localhost" },
  { Origin: "" },
  { Origin: "null" },
  { Origin: "https://evil.example" },
  { Origin: "http://localhost:8787" },
  { Origin: "https://localhost" },
  { Origin: "http://localhost.evil.example" },
  { Origin: "http://evil.example/http://localhost" },
  { "Sec-Fetch-Site": "cross-site", Referer: "http://localhost/" },
  { "Sec-Fetch-Site": "", Referer: "http://localhost/" },
  { Origin: "null", Referer: "http://localhost/" },
  { Origin: "", Referer: "http://localhost/" },
  { Origin: "https://evil.example", Referer: "http://localhost/" },
  { Referer: "" },
  { Referer: "null" },
  { Referer: "about:blank" },
  { Referer: "/login" },
  { Referer: "//localhost/" },
  { Referer: "localhost/" },
  { Referer: "https://localhost/" },
  { Referer: "http://localhost:8787/" },
  { Referer: "https://evil.example/" },
  { Referer: "http://localhost.evil.example/" },
  { Referer: "http://localhost@evil.example/" },
  { Referer: "http://evil.example/?http://localhost/" },
  { Referer: "data:text/html,http://localhost/" },
];

describe("a request that changes state", () => {
  test.each(OWN)("goes on from a page of ours: %j", async (headers) => {
    for (const method of ["POST", "PUT", "PATCH", "DELETE", "PROPFIND"]) {
      expect((await ask(method, "/open", headers)).status).toBe(200);
    }
  });

  test.each(FOREIGN)("is 403 from elsewhere, the body unread: %j", async (headers) => {
    for (const method of ["POST", "PUT", "PATCH", "DELETE", "PROPFIND"]) {
      expect((await ask(method, "/open", headers, { body: unreadable() })).status).toBe(403);
    }
    expect(factsOf(requireCsrf)).toMatchObject({ denies: [403] });
  });

  test("has the origin that it was sent to, with its port", async () => {
    const Origin = "https://candor.example:8443";
    expect((await ask("POST", "https://candor.example:8443/open", { Origin })).status).toBe(200);
    expect((await ask("POST", "https://candor.example/open", { Origin })).status).toBe(403);
  });

  test.each(["Origin", "Referer"])(
    "has our origin in %s where that is PUBLIC_ORIGIN or where it was sent to",
    async (name) => {
      const PUBLIC_ORIGIN = "https://candor.example";
      const statusOf = async (from: string) => (await ask("POST", "/open", { [name]: from }, { PUBLIC_ORIGIN })).status;
      for (const own of [PUBLIC_ORIGIN, "http://localhost"]) expect([own, await statusOf(own)]).toEqual([own, 200]);
      for (const foreign of [
        "http://candor.example",
        "https://candor.example:8443",
        "https://candor.example.evil.example",
      ])
        expect([foreign, await statusOf(foreign)]).toEqual([foreign, 403]);
      expect((await ask("POST", "/open", { [name]: PUBLIC_ORIGIN })).status).toBe(403);
    },
  );
});

test.each(["GET", "HEAD", "OPTIONS"])("%s goes on from anywhere", async (method) => {
  for (const headers of FOREIGN) expect((await ask(method, "/open", headers)).status).toBe(200);
});

test("a token or an API key needs no proof of origin; a cookie does", async () => {
  const account = await createAccount();
  const { Cookie } = (await openBrowser(account)).headers;
  const { key } = await createKey(account, ["things:write"]);
  for (const foreign of FOREIGN) {
    expect((await ask("POST", "/known", { ...foreign, ...account.headers, Cookie })).status).toBe(200);
    expect((await ask("POST", "/known", { ...foreign, "X-API-Key": key, Cookie })).status).toBe(200);
    expect((await ask("POST", "/known", { ...foreign, Cookie })).status).toBe(403);
  }
});
