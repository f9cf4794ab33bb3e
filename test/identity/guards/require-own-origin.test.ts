import { createExecutionContext, env } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { setup } from "../../../src/http/index.ts";
import { requireAuth } from "../../../src/identity/guards/require-auth.ts";
import { requireOwnOrigin } from "../../../src/identity/guards/require-own-origin.ts";
import { factsOf } from "../../../src/web/app/guard-facts.ts";
import { route } from "../../../src/web/app/scope.ts";
import { createAccount, openBrowser } from "../../harness.ts";
import { supplyLocals } from "../../supply-locals.ts";

const resolve = () => new Response("in");
const app = setup({
  onRequest: supplyLocals,
  handlers: [
    route.get("/open", { guards: [requireOwnOrigin], resolve }),
    route.get("/known", { guards: [requireAuth, requireOwnOrigin], resolve }),
  ],
});

const PUBLIC_ORIGIN = "https://candor.example";

async function statusOf(path: string, headers: Record<string, string>, variable = PUBLIC_ORIGIN): Promise<number> {
  const request = new Request(new URL(path, "http://localhost:8787"), { headers });
  return (await app.fetch(request, { ...env, PUBLIC_ORIGIN: variable }, createExecutionContext())).status;
}

const OWN = ["http://localhost:8787", PUBLIC_ORIGIN];
const FOREIGN = [
  "",
  "null",
  "https://evil.example",
  "http://localhost",
  "https://localhost:8787",
  "http://candor.example",
  "https://candor.example:8443",
  "https://candor.example.evil.example",
];

describe("a route without sign-in", () => {
  test.each(OWN)("is open to a page of %s", async (Origin) => expect(await statusOf("/open", { Origin })).toBe(200));

  test.each(FOREIGN)("denies a page of %j", async (Origin) => {
    expect(await statusOf("/open", { Origin })).toBe(403);
    expect(factsOf(requireOwnOrigin)).toMatchObject({ denies: [403] });
  });

  test("is open to a client that sends no Origin", async () => expect(await statusOf("/open", {})).toBe(200));

  test("denies a page of an origin that PUBLIC_ORIGIN does not name", async () => {
    expect(await statusOf("/open", { Origin: PUBLIC_ORIGIN }, "")).toBe(403);
  });
});

test("Sec-Fetch-Site: same-origin suffices, as behind a proxy that rewrites Host; no other value does", async () => {
  const { Cookie } = (await openBrowser(await createAccount())).headers;
  const Origin = "https://outside.example";
  for (const headers of [{ Origin }, { Origin, Cookie }, { Cookie }, { Origin: "null", Cookie }]) {
    const path = "Cookie" in headers ? "/known" : "/open";
    expect(await statusOf(path, headers)).toBe(403);
    expect(await statusOf(path, { ...headers, "Sec-Fetch-Site": "same-origin" })).toBe(200);
    for (const site of ["none", "same-site", "cross-site", "", "Same-Origin", "same-origin, cross-site"])
      expect([site, await statusOf(path, { ...headers, "Sec-Fetch-Site": site })]).toEqual([site, 403]);
  }
  // A page of PUBLIC_ORIGIN that opens a socket on another origin of the app.
  expect(await statusOf("/known", { Cookie, Origin: PUBLIC_ORIGIN, "Sec-Fetch-Site": "cross-site" })).toBe(200);
});

test("a session cookie needs an Origin of ours, an access token only no foreign one", async () => {
  const account = await createAccount();
  const { Cookie } = (await openBrowser(account)).headers;
  for (const Origin of OWN) {
    expect(await statusOf("/known", { Cookie, Origin })).toBe(200);
    expect(await statusOf("/known", { ...account.headers, Origin })).toBe(200);
  }
  for (const Origin of FOREIGN) {
    expect([Origin, await statusOf("/known", { Cookie, Origin })]).toEqual([Origin, 403]);
    expect([Origin, await statusOf("/known", { ...account.headers, Origin })]).toEqual([Origin, 403]);
  }
  expect(await statusOf("/known", { Cookie })).toBe(403);
  expect(await statusOf("/known", account.headers)).toBe(200);
});
