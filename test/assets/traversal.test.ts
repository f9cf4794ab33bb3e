import { createExecutionContext, env, waitOnExecutionContext } from "cloudflare:test";
import fc from "fast-check";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { publish } from "../../scripts/assets.ts";
import { app } from "../../src/app.ts";
import { clearStorage, OTHER_BUCKETS, sha256, site, text, watchStorage } from "./assets.ts";

const SECRET = "TOP-SECRET";
/** Names that lie in the buckets and in KV, each with the secret. */
const SECRETS = [
  "secret",
  "secret.txt",
  "assets/secret",
  "assets/secret.txt",
  "assets/../secret",
  "assets/constructor",
  "assets/__proto__",
  "static/secret",
  "etc/passwd",
  "/etc/passwd",
  "public/secret",
  "../secret",
  "wrangler.toml",
  ".dev.vars",
];
const PUBLISHED = ["style.css", "css/deep/page.css"];

let objectKey: string;
beforeAll(async () => {
  await clearStorage();
  await publish(site(Object.fromEntries(PUBLISHED.map((path) => [path, text("public")]))), env);
  objectKey = `assets/${await sha256(text("public"))}`;
  for (const name of SECRETS) {
    await env.ASSETS.put(name, SECRET);
    for (const [, bucket] of OTHER_BUCKETS) await bucket.put(name, SECRET);
    if (!/^\.+$/.test(name)) await env.ASSET_MANIFEST.put(name, SECRET);
  }
  for (const name of ["constructor", "__proto__", "toString", "hasOwnProperty", "manifest.json", "secret"])
    await env.ASSET_MANIFEST.put(name, JSON.stringify({ hash: "secret", type: "text/plain", size: 10, encodings: {} }));
});

const storage = watchStorage();
/** The platform's limit counts by the clock and is never reset, so these tests run without it. */
const ADDRESS_LIMIT: RateLimit = { limit: async () => ({ success: true }) };
beforeEach(() => void vi.spyOn(console, "log").mockImplementation(() => {}));
afterEach(() => void storage.calls.splice(0));

/** Sends a URL as it stands, also where a `Request` would have put it in order. */
async function sendRaw(url: string, headers: Record<string, string> = {}): Promise<Response> {
  const request = new Request("http://localhost/", { headers });
  Object.defineProperty(request, "url", { value: url });
  const ctx = createExecutionContext();
  const response = await app.fetch(request, { ...env, ADDRESS_LIMIT, ...storage.bindings }, ctx);
  await waitOnExecutionContext(ctx);
  return response;
}

/** Whether the address is below /static/ when dots and backslashes are resolved, and of nothing that is published. */
function isUnpublished(url: string): boolean {
  const { pathname } = new URL(url);
  if (!pathname.startsWith("/static/")) return false;
  try {
    return !PUBLISHED.includes(decodeURIComponent(pathname.slice("/static/".length)));
  } catch {
    return true;
  }
}

/** Asks for it in both ways: nothing is read but the manifest, and the secret stays one. */
async function expectRefused(attempt: string): Promise<void> {
  const raw = `http://localhost${attempt}`;
  for (const url of new Set([raw, new URL(raw).href])) {
    const response = await sendRaw(url);
    const body = await response.text();
    expect([url, body.includes(SECRET)]).toEqual([url, false]);
    if (isUnpublished(url)) expect([url, response.status]).toEqual([url, 404]);
    else expect([url, response.status < 500]).toEqual([url, true]);
    expect([url, storage.calls.splice(0).filter((call) => call !== "KV.get manifest")]).toEqual([url, []]);
  }
}

const DOTS = ["..", "%2e%2e", "%2E.", ".%2e", "%252e%252e", "%25252e%25252e", "%c0%ae%c0%ae", "%e0%80%ae%e0%80%ae"]
  .concat(["%u002e%u002e", "．．", "․․", "‥", "....", "...", ".. ", "..%20", "..%00", "..;", "..;a=b", ".", ""])
  .concat(["%ff%2e", "x%2f..", "0x2e0x2e", "..%0d%0a", "..%09", "\u200b..", "..\u0301"]);
const SLASHES = ["/", "%2f", "%2F", "\\", "%5c", "%5C", "%252f", "%255c", "%c0%af", "%e0%80%af", "%u2215", "//"].concat(
  ["∕", "／", "⧵", "＼", "%00/", "/./", "/%2e/", ";/", "%09/", "?/", "%3f/", "%23/"],
);
const PREFIXES = ["", "assets", "css"];
const TARGETS = ["secret", "assets/secret.txt", "etc/passwd", "manifest"];

/** That way up by every slash, before every secret. */
function climbs(dots: string): string[] {
  return PREFIXES.flatMap((prefix) =>
    SLASHES.flatMap((slash, index) => {
      const up = `${prefix}${prefix && slash}${dots}${slash}`;
      return [`${up}secret`, `${up}${dots}${slash}${TARGETS[index % TARGETS.length]}`];
    }),
  );
}

describe("GET /static/*", () => {
  test.each(PUBLISHED)("gives %s, so that the others are refused for what they are", async (path) => {
    const response = await sendRaw(`http://localhost/static/${path}`);
    expect([response.status, await response.text()]).toEqual([200, text("public")]);
  });

  test.each(DOTS)("refuses the way up by %j", async (dots) => {
    for (const attempt of climbs(dots)) await expectRefused(`/static/${attempt}`);
  });

  test("refuses the names of objects, keys and properties", async () => {
    const names = [...SECRETS, objectKey, `${objectKey}.br`, `${objectKey}.gzip`, objectKey.slice(7), "manifest"]
      .concat(["assets", "constructor", "__proto__", "prototype", "toString", "valueOf", "hasOwnProperty", "length"])
      .concat(["__defineGetter__", "constructor/prototype", "__proto__/constructor", "null", "undefined", "0", "", " "])
      .concat([
        "C:\\secret",
        "file:///etc/passwd",
        "http://localhost/secret",
        "//evil.example/x",
        "~/secret",
        "*",
        ":x",
      ]);
    for (const name of names) {
      const forms = [name, encodeURIComponent(name), encodeURI(name), encodeURIComponent(encodeURIComponent(name))];
      for (const form of forms) await expectRefused(`/static/${form}`);
    }
  });

  test("refuses paths that only resemble a published one", async () => {
    const bent = (path: string) =>
      [`/${path}`, `./${path}x`, `${path}/`, `${path}.`, `${path}..`, `${path}%20`, ` ${path}x`, `${path}%00`]
        .concat([`${path}%00.png`, `${path};a=b`, `${path};`, `${path}%3fx`, `${path}%23x`, path.toUpperCase()])
        .concat([`${path[0]?.toUpperCase()}${path.slice(1)}`, `${path}~`, `${path}.bak`, `${path}.br`, `${path}/..%2f`])
        .concat([`${path}%0a`, `%0a${path}`, `\ufeff${path}`, `${path}\u0301`, path.replace(".", "%252e")])
        .concat([path.replace("s", "ｓ"), path.replace(".", "。"), path.replace("s", "ſ"), `${path}::$DATA`])
        .concat([`${path}${"/".repeat(50)}`, `static/${path}`, `public/${path}`, path.replace(/.$/, ""), `${path}%`]);
    const attempts = PUBLISHED.flatMap(bent).concat("css", "css/", "css/deep", "css/deep/", "css//deep/page.css");
    for (const attempt of attempts) {
      expect([attempt, isUnpublished(`http://localhost/static/${attempt}`)]).toEqual([attempt, true]);
      await expectRefused(`/static/${attempt}`);
    }
  });

  test("refuses a path of any length", async () => {
    for (const piece of ["a", "../", "%2e%2e%2f", "/", "%", "é", "%f0%9f"])
      for (const times of [100, 5000]) await expectRefused(`/static/${piece.repeat(times)}secret`);
  });

  test("takes a path from nowhere but the path", async () => {
    for (const query of ["?path=secret", "?file=../secret", "?../secret", "?*=secret", "#/../secret", "?%00"])
      await expectRefused(`/static/none${query}`);
    const response = await sendRaw("http://localhost/static/none", {
      "X-Original-URL": "/static/style.css",
      "X-Rewrite-URL": "/secret",
      "X-Forwarded-Prefix": "/assets",
    });
    expect(response.status).toBe(404);
  });

  test("refuses any path made of such pieces", async () => {
    const piece = fc.oneof(
      fc.constantFrom(...DOTS, ...SLASHES, ...SECRETS, ...PUBLISHED, "assets", "static", "%", "%0", "?", "#", "@", ":"),
      fc.string({ unit: "binary", maxLength: 4 }),
      fc.uint8Array({ minLength: 1, maxLength: 4 }).map((bytes) => Array.from(bytes, percent).join("")),
    );
    const property = fc.asyncProperty(fc.array(piece, { maxLength: 8 }), (pieces) =>
      expectRefused(`/static/${pieces.join("")}`),
    );
    await fc.assert(property, { numRuns: 200 });
  }, 30_000);
});

function percent(byte: number): string {
  return `%${byte.toString(16).padStart(2, "0")}`;
}
