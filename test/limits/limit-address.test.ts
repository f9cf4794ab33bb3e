import { beforeEach, describe, expect, test, vi } from "vitest";
import { isVersionedAddress, versionedPath } from "../../src/assets/manifest.ts";
import { routes as assets } from "../../src/assets/routes.ts";
import type { Env } from "../../src/env.ts";
import { describeRoutes } from "../../src/http/index.ts";
import { limitAddress } from "../../src/limits/limit-address.ts";
import { factsOf } from "../../src/web/app/guard-facts.ts";
import { send } from "../harness.ts";

const errors = vi.spyOn(console, "error").mockImplementation(() => {});
beforeEach(() => void errors.mockClear());

/** A binding that admits none, and the keys that it has been asked for. */
function exhausted() {
  const keys: string[] = [];
  const ADDRESS_LIMIT: RateLimit = {
    limit: async ({ key }) => {
      keys.push(key);
      return { success: false };
    },
  };
  return { keys, bindings: { ADDRESS_LIMIT } };
}

const from = (address: string) => ({ headers: { "CF-Connecting-IP": address } });
const LIMITED = ["/static/style.css", "/static/none.css", "/favicon.ico", "/robots.txt"];

describe("if an address has exhausted its limit", () => {
  test.each(LIMITED.flatMap((path) => ["GET", "HEAD"].map((method) => [method, path] as const)))(
    "%s %s gets 429 and does not read storage",
    async (method, path) => {
      const { keys, bindings } = exhausted();
      const unread = new Proxy({}, { get: () => expect.unreachable("storage was read") });
      const storage = Object.fromEntries(
        ["DB", "ASSETS", "ASSET_MANIFEST", "RATE_LIMITER"].map((name) => [name, unread]),
      );
      const response = await send(path, { method, ...from("203.0.113.7") }, { ...storage, ...bindings });
      expect([response.status, response.headers.get("Retry-After")]).toEqual([429, "60"]);
      expect(response.headers.get("Cache-Control")).toBe("no-store");
      expect([...response.headers.keys()].filter((name) => name.includes("ratelimit"))).toEqual([]);
      expect(keys).toEqual(["203.0.113.7"]);
      if (method === "HEAD") return;
      expect(await response.json()).toMatchObject({
        status: 429,
        detail: "Too many requests from your network address. Try again in 60 seconds.",
      });
    },
  );

  test("a versioned file is served and not counted", async () => {
    const { keys, bindings } = exhausted();
    for (const path of ["css/style.css", "htmx", "images/a.b.svg"]) {
      const address = `/static/${versionedPath(path, { version: "0123456789abcdef" })}`;
      expect((await send(address, from("203.0.113.7"), bindings)).status).toBe(404);
    }
    expect(keys).toEqual([]);
  });

  test("an IPv6 address counts by its /64", async () => {
    const { keys, bindings } = exhausted();
    for (const address of ["2001:db8::1", "2001:DB8:0:0:ffff::2", "2001:db8:0:1::1"])
      await send("/robots.txt", from(address), bindings);
    expect(new Set(keys).size).toBe(2);
  });
});

test.each([
  ["/static/style.css", false],
  ["/static/style.0123456789abcdef.css", true],
  ["/static/fonts/a.0123456789abcdef.woff2", true],
  ["/static/LICENSE.0123456789abcdef", true],
  ["/static/style.0123456789abcde.css", false],
  ["/static/style.0123456789abcdefa.css", false],
  ["/static/style.0123456789ABCDEF.css", false],
  ["/static/style.0123456789abcdef.min.css", false],
  ["/static/a.0123456789abcdef.css/b.css", false],
  ["/static/.0123456789abcdef.css", false],
  ["/static/0123456789abcdef.css", false],
  ["/x/static/style.0123456789abcdef.css", false],
  ["/things/a.0123456789abcdef.css", false],
])("whether %s names a version: %s", (address, isVersioned) => {
  expect(isVersionedAddress(address)).toBe(isVersioned);
});

test.each<[failure: string, binding: unknown]>([
  ["rejects", { limit: () => Promise.reject(new Error("the binding is down")) }],
  ["throws", { limit: () => expect.unreachable("the binding is down") }],
  ["is missing", undefined],
])("where the binding %s, requests are admitted and the log says so", async (_, ADDRESS_LIMIT) => {
  const bindings = { ADDRESS_LIMIT } as unknown as Partial<Env>;
  expect((await send("/robots.txt", from("203.0.113.7"), bindings)).status).toBe(404);
  expect(JSON.parse(String(errors.mock.lastCall?.[0]))).toMatchObject({ level: "error" });
});

test("the guard is printed as rateLimit(address), denies with 429, and its numbers are those of the binding", () => {
  const limits = [{ name: "address", unit: "requests", binding: "ADDRESS_LIMIT" }];
  expect([limitAddress.name, factsOf(limitAddress)]).toMatchObject([
    "rateLimit",
    { denies: [429], detail: "address", limits },
  ]);
});

test("the routes of assets begin with it", () => {
  const routes = describeRoutes(assets);
  expect(routes.length).toBeGreaterThanOrEqual(3);
  for (const { guards } of routes) expect(guards[0]).toMatchObject({ name: "rateLimit", phase: "head" });
});
