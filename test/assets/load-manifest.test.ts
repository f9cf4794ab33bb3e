import { env } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { publish } from "../../scripts/assets.ts";
import type { Env } from "../../src/env.ts";
import { createAccount, facts, openBrowser, PRODUCTION, send } from "../harness.ts";
import { type Call, clearStorage, intercept, site, text } from "./assets.ts";

const SITE = { "page.css": text("page"), "page.js": text("script"), "icon.svg": text("icon") };
/** A page that needs no session, with all files of the layout. */
const PAGE = facts.paths.docs ?? facts.homePath;

let version: string;
beforeEach(async () => {
  vi.spyOn(console, "log").mockImplementation(() => {});
  vi.spyOn(console, "error").mockImplementation(() => {});
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  await clearStorage();
  ({ version } = await publish(site(SITE), env));
});
afterEach(() => vi.useRealTimers());

/** An isolate that has read nothing yet: what it reads from KV, and how. */
function startIsolate(given: Partial<Env>, around: (call: Call) => unknown = ({ proceed }) => proceed()) {
  const keys: unknown[] = [];
  const kv = { ...PRODUCTION, ...given };
  let onCall = around;
  const ASSET_MANIFEST = intercept(env.ASSET_MANIFEST, "KV", (call) => {
    keys.push(call.args[0]);
    return onCall(call);
  });
  const get = (path: string, headers: Record<string, string> = {}) =>
    send(path, { headers: { Accept: "text/html", ...headers } }, { ...kv, ASSET_MANIFEST });
  return {
    keys,
    get,
    /** The address of a file on a page. */
    addressOf: async (path: string, page = PAGE) => {
      const [name, ending] = path.split(".");
      const body = await (await get(page)).text();
      return new RegExp(`/static/${name}(\\.[0-9a-f]{16})?\\.${ending}(?=")`).exec(body)?.[0];
    },
    become: (next: (call: Call) => unknown) => {
      onCall = next;
    },
  };
}

const fail = () => Promise.reject(new Error("KV GET failed: 503 Service Unavailable"));
const hang = () => new Promise(() => {});

describe("the manifest", () => {
  test("is read at most once in 5 seconds for made-up versions of files", async () => {
    const { keys, get } = startIsolate({ ASSET_VERSION: version });
    for (let n = 0; n < 20; n += 1)
      expect((await get(`/static/page.${String(n).padStart(16, "0")}.css`)).status).toBe(404);
    expect(keys).toEqual([`manifest:${version}`, "manifest"]);
    vi.setSystemTime(Date.now() + 5000);
    await get("/static/page.0000000000000000.css");
    expect(keys).toHaveLength(3);
  });

  test("of a deployed version is read once", async () => {
    const { keys, get, addressOf } = startIsolate({ ASSET_VERSION: version });
    const address = (await addressOf("page.css")) ?? "";
    for (const path of [PAGE, address, "/static/page.js", "/static/none", "/robots.txt"]) await get(path);
    vi.setSystemTime(Date.now() + 100 * 24 * 60 * 60 * 1000);
    expect((await get(address)).status).toBe(200);
    expect(keys).toEqual([`manifest:${version}`]);
  });

  test("of a deployed version stays, whatever is published", async () => {
    const { keys, addressOf } = startIsolate({ ASSET_VERSION: version });
    const before = await startIsolate({ ASSET_VERSION: version }).addressOf("page.css");
    await publish(site({ ...SITE, "page.css": text("new") }), env);
    expect(await addressOf("page.css")).toBe(before);
    expect(keys).toEqual([`manifest:${version}`]);
  });

  test("is the current one for a minute if that of the deployed version has been removed", async () => {
    const { keys, addressOf } = startIsolate({ ASSET_VERSION: "0123456789abcdef" });
    const expected = await startIsolate({ ASSET_VERSION: version }).addressOf("page.css");
    for (const _ of [1, 2]) expect(await addressOf("page.css")).toBe(expected);
    expect(keys).toEqual(["manifest:0123456789abcdef", "manifest"]);
  });

  test("without a version is read again after a minute", async () => {
    const { keys, addressOf } = startIsolate({ ASSET_VERSION: "" });
    const before = await addressOf("page.css");
    await publish(site({ ...SITE, "page.css": text("new") }), env);
    vi.setSystemTime(Date.now() + 59_999);
    expect(await addressOf("page.css")).toBe(before);
    vi.setSystemTime(Date.now() + 1);
    expect(await addressOf("page.css")).not.toBe(before);
    expect(keys).toEqual(["manifest", "manifest"]);
  });

  test("in development is read for each page, so that a reload shows what was saved", async () => {
    const { addressOf } = startIsolate({ ENVIRONMENT: "development", ASSET_VERSION: "" });
    const before = await addressOf("page.css");
    await publish(site({ ...SITE, "page.css": text("new") }), env);
    expect(await addressOf("page.css")).not.toBe(before);
  });

  test.each([{ ASSET_VERSION: "" }, { ENVIRONMENT: "development" }])(
    "is read once for many first requests (%j)",
    async (given) => {
      const { keys, get } = startIsolate(given);
      const paths = Array.from({ length: 20 }, (_, index) => (index % 2 ? PAGE : "/static/page.css"));
      const statuses = await Promise.all(paths.map(async (path) => (await get(path)).status));
      expect(new Set(statuses)).toEqual(new Set([200]));
      expect(keys).toEqual(["manifest"]);
    },
  );
});

test.each(["", "given"])("readiness needs published files (ASSET_VERSION: %j)", async (given) => {
  const locals = { env: { ...env, ASSET_VERSION: given && version }, db: env.DB };
  await expect(facts.checks.manifest?.(locals)).resolves.not.toThrow();
  await clearStorage();
  await expect(facts.checks.manifest?.(locals)).rejects.toThrow("No assets are published.");
});

describe("a file of a newer version", () => {
  test("is served by a Worker that was deployed before it", async () => {
    const { keys, get } = startIsolate({ ASSET_VERSION: version });
    await get(PAGE);
    const newer = await publish(site({ ...SITE, "page.css": text("new") }), env);
    const address = await startIsolate({ ASSET_VERSION: newer.version }).addressOf("page.css");
    const response = await get(address ?? "");
    expect([response.status, await response.text()]).toEqual([200, text("new")]);
    expect(keys).toEqual([`manifest:${version}`, "manifest"]);
  });

  test("and one of no version are looked up once each, other paths never", async () => {
    const { keys, get } = startIsolate({ ASSET_VERSION: version });
    expect((await get("/static/page.0123456789abcdef.css")).status).toBe(404);
    expect((await get("/static/none.css")).status).toBe(404);
    expect(keys).toEqual([`manifest:${version}`, "manifest"]);
  });
});

/** The pages that are linked to, and their visitors. */
const PAGES = [
  ...facts.navigation.map(({ path }) => ["admin", path] as const),
  ...Object.entries(facts.paths).flatMap(([name, path]) =>
    ["home", "account", "policy", "docs"].includes(name) ? [["admin", path] as const] : [],
  ),
  ...[facts.paths.signIn, facts.paths.register, facts.homePath].flatMap((path) =>
    path ? [["stranger", path] as const] : [],
  ),
];

describe.each([
  ["fails", fail],
  ["does not respond", hang],
])("while KV %s", (_, broken) => {
  test("every page is served, with plain addresses", async () => {
    const browser = await openBrowser(await createAccount({ role: "admin" }));
    for (const [visitor, path] of PAGES) {
      const { get } = startIsolate({}, broken);
      const response = await get(path, visitor === "admin" ? browser.headers : {});
      expect([path, response.status < 400]).toEqual([path, true]);
      if (response.status !== 200) continue;
      const body = await response.text();
      for (const file of ["page.css", "page.js", "icon.svg"])
        expect([path, body]).toEqual([path, expect.stringContaining(`"/static/${file}"`)]);
    }
  }, 60_000);

  test("files are unavailable, for a while", async () => {
    const { get, become } = startIsolate({}, broken);
    for (const path of ["/static/page.css", "/static/none", "/robots.txt", "/favicon.ico"]) {
      const response = await get(path);
      expect([path, response.status, response.headers.get("Retry-After")]).toEqual([path, 503, "1"]);
      expect(response.headers.get("Cache-Control")).not.toContain("public");
    }
    become(({ proceed }) => proceed());
    expect((await get("/static/page.css")).status).toBe(200);
  }, 30_000);

  test("a manifest that was read before is used, and is read again after 5 seconds", async () => {
    const { get, keys, addressOf, become } = startIsolate({ ASSET_VERSION: "" });
    const before = (await addressOf("page.css")) ?? "";
    expect(before).toMatch(/[0-9a-f]{16}/);
    become(broken);
    vi.setSystemTime(Date.now() + 60_000);
    expect(await addressOf("page.css")).toBe(before);
    expect((await get(before)).status).toBe(200);
    // Two attempts, then none for 5 seconds.
    expect(keys).toHaveLength(3);
    vi.setSystemTime(Date.now() + 5000);
    await get(PAGE);
    expect(keys).toHaveLength(5);
  }, 30_000);
});
