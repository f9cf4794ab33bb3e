import { env, SELF } from "cloudflare:test";
import { beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { publish } from "../../scripts/assets.ts";
import { readManifest } from "../../src/assets/load-manifest.ts";
import { assetUrl } from "../../src/assets/manifest.ts";
import { send } from "../harness.ts";
import { bytesOf, clearStorage, decompress, noise, sha256, site, text, watchStorage } from "./assets.ts";

const PIXEL = noise(300);
const SITE: Record<string, string | Uint8Array> = {
  "css/style.css": text("style"),
  "favicon.ico": text("icon"),
  "robots.txt": text("robots"),
  "pixel.png": PIXEL,
  "empty.txt": "",
};
const ENCODINGS = ["identity", "br", "gzip"] as const;
type Coding = (typeof ENCODINGS)[number];

/** By path: the address that names its version. */
const versions: Record<string, string> = {};
beforeAll(async () => {
  await clearStorage();
  await publish(site(SITE), env);
  const manifest = await readManifest(env.ASSET_MANIFEST);
  for (const path of Object.keys(SITE)) versions[path] = assetUrl(manifest, path);
});
beforeEach(() => void vi.spyOn(console, "log").mockImplementation(() => {}));

type Headers = Record<string, string>;
const get = (address: string, headers: Headers = {}) => send(address, { headers });
const bodyOf = async (response: Response) => new Uint8Array(await response.arrayBuffer());
/** The bytes as they are stored, for that encoding. */
async function storedBytes(path: string, encoding: Coding): Promise<Uint8Array> {
  const key = `assets/${await sha256(SITE[path] ?? "")}${encoding === "identity" ? "" : `.${encoding}`}`;
  return (await (await env.ASSETS.get(key))?.bytes()) ?? new Uint8Array();
}
const tagOf = async (address: string, encoding: Coding) =>
  (await get(address, { "Accept-Encoding": encoding })).headers.get("ETag") ?? "";

const ADDRESSES: [address: string, path: string, type: string][] = [
  ["/static/css/style.css", "css/style.css", "text/css; charset=utf-8"],
  ["/static/favicon.ico", "favicon.ico", "image/vnd.microsoft.icon"],
  ["/favicon.ico", "favicon.ico", "image/vnd.microsoft.icon"],
  ["/robots.txt", "robots.txt", "text/plain; charset=utf-8"],
  ["the version of css/style.css", "css/style.css", "text/css; charset=utf-8"],
  ["the version of robots.txt", "robots.txt", "text/plain; charset=utf-8"],
];
const resolve = (address: string) => versions[address.replace("the version of ", "")] ?? address;
const CASES = ADDRESSES.flatMap(([address, path, type]) =>
  ENCODINGS.map((encoding) => [address, encoding, path, type] as const),
);

describe.each(CASES)("GET %s with %s", (name, encoding, path, type) => {
  test("responds with the stored bytes and their type", async () => {
    const stored = await storedBytes(path, encoding);
    const response = await get(resolve(name), { "Accept-Encoding": encoding });
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": type,
      "content-length": `${stored.byteLength}`,
      "accept-ranges": "bytes",
      vary: "Accept-Encoding",
      "x-content-type-options": "nosniff",
      "cache-control": name.startsWith("/") ? "public, no-cache" : "public, max-age=31536000, immutable",
    });
    expect(response.headers.get("Content-Encoding")).toBe(encoding === "identity" ? null : encoding);
    const body = await bodyOf(response);
    expect(body).toEqual(stored);
    expect(decompress(body, encoding)).toEqual(bytesOf(SITE[path] ?? ""));
    expect(response.headers.get("Set-Cookie")).toBeNull();
  });

  test("reaches a client of the network decompressed once, and whole", async () => {
    const address = new URL(resolve(name), "http://localhost");
    const response = await SELF.fetch(address, { headers: { "Accept-Encoding": encoding } });
    expect(await bodyOf(response)).toEqual(bytesOf(SITE[path] ?? ""));
  });

  test("responds with 304 to a client with these bytes, but not with another encoding of them", async () => {
    const tag = await tagOf(resolve(name), encoding);
    for (const list of [tag, `W/${tag}`, `"other", ${tag}`, "*"]) {
      const response = await get(resolve(name), { "Accept-Encoding": encoding, "If-None-Match": list });
      expect([response.status, response.body]).toEqual([304, null]);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        etag: tag,
        vary: "Accept-Encoding",
        "cache-control": name.startsWith("/") ? "public, no-cache" : "public, max-age=31536000, immutable",
      });
    }
    for (const other of ENCODINGS.filter((one) => one !== encoding)) {
      const headers = { "Accept-Encoding": encoding, "If-None-Match": await tagOf(resolve(name), other) };
      expect((await get(resolve(name), headers)).status).toBe(200);
    }
  });

  test("gives to HEAD the same headers, and no body", async () => {
    const headers = { "Accept-Encoding": encoding, "X-Request-Id": "same-request", Range: "bytes=0-1" };
    const { Range: _, ...whole } = headers;
    const head = await send(resolve(name), { method: "HEAD", headers });
    expect([head.status, await head.text()]).toEqual([200, ""]);
    expect([...head.headers]).toEqual([...(await get(resolve(name), whole)).headers]);
  });
});

test("the tags of a file are strong, and differ by encoding and by content", async () => {
  const addresses = ["/static/css/style.css", "/favicon.ico", "/robots.txt"];
  const tags = await Promise.all(addresses.flatMap((address) => ENCODINGS.map((one) => tagOf(address, one))));
  for (const tag of tags) expect(tag).toMatch(/^"[\w-]{32,}"$/);
  expect(new Set(tags).size).toBe(9);
  expect(await tagOf("/favicon.ico", "br")).toBe(await tagOf("/static/favicon.ico", "br"));
});

describe("a range", () => {
  const size = text("style").length;
  const RANGES: [range: string, from: number, to: number][] = [
    ["bytes=0-0", 0, 1],
    ["bytes=3-9", 3, 10],
    ["bytes=10-", 10, size],
    ["bytes=-5", size - 5, size],
    ["bytes=20-999999", 20, size],
  ];
  test.each(RANGES.flatMap((range) => ENCODINGS.map((encoding) => [range[0], encoding, range] as const)))(
    "%s is of the file itself, for a client that accepts %s, too",
    async (range, encoding, [, from, to]) => {
      const response = await get("/static/css/style.css", { "Accept-Encoding": encoding, Range: range });
      expect([response.status, await response.text()]).toEqual([206, text("style").slice(from, to)]);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        "content-range": `bytes ${from}-${to - 1}/${size}`,
        "content-length": `${to - from}`,
        "content-type": "text/css; charset=utf-8",
        vary: "Accept-Encoding",
        etag: await tagOf("/static/css/style.css", "identity"),
      });
      expect(response.headers.get("Content-Encoding")).toBeNull();
    },
  );

  test.each(ENCODINGS)("beyond the end gets 416 and the size, for a client that accepts %s", async (encoding) => {
    for (const range of [`bytes=${size}-`, "bytes=-0"]) {
      const response = await get("/static/css/style.css", { "Accept-Encoding": encoding, Range: range });
      expect([response.status, response.headers.get("Content-Range")]).toEqual([416, `bytes */${size}`]);
      expect(response.headers.get("Cache-Control")).toBe("no-store");
    }
  });

  test.each(ENCODINGS)("is given to a client that has the whole in the encoding %s", async (encoding) => {
    const headers = { "Accept-Encoding": encoding, "If-None-Match": await tagOf("/robots.txt", encoding) };
    const expected = encoding === "identity" ? 304 : 206;
    expect((await get("/robots.txt", { ...headers, Range: "bytes=0-3" })).status).toBe(expected);
  });

  test("is ignored if If-Range names another encoding or version: the whole file is sent", async () => {
    const [own, br] = [await tagOf("/robots.txt", "identity"), await tagOf("/robots.txt", "br")];
    for (const [validator, status] of [
      [own, 206],
      [br, 200],
      [`W/${own}`, 200],
      ['"other"', 200],
    ] as const) {
      const headers = { "Accept-Encoding": "br", Range: "bytes=0-3", "If-Range": validator };
      const response = await get("/robots.txt", headers);
      expect([validator, response.status]).toEqual([validator, status]);
      expect([response.headers.get("ETag"), response.headers.get("Content-Encoding")]).toEqual([own, null]);
    }
  });

  test.each(["bytes=0-1,4-5", "lines=1-2", "nonsense"])(
    "%s is ignored, and no cache keeps the uncompressed file as the compressed variant",
    async (Range) => {
      for (const [encoding, isKept] of [
        ["br", false],
        ["identity", true],
      ] as const) {
        const response = await get("/robots.txt", { "Accept-Encoding": encoding, Range });
        const isPublic = response.headers.get("Cache-Control")?.includes("public");
        expect([encoding, response.status, isPublic]).toEqual([encoding, 200, isKept]);
      }
    },
  );
});

describe("a file without encodings", () => {
  test.each(["pixel.png", "empty.txt"])("%s is the same to everybody", async (path) => {
    for (const address of [`/static/${path}`, versions[path] ?? ""]) {
      const response = await get(address, { "Accept-Encoding": "br, gzip" });
      expect([response.status, await bodyOf(response)]).toEqual([200, bytesOf(SITE[path] ?? "")]);
      for (const header of ["Vary", "Content-Encoding"]) expect(response.headers.get(header)).toBeNull();
      expect(response.headers.get("Content-Length")).toBe(`${bytesOf(SITE[path] ?? "").byteLength}`);
      const headers = { "If-None-Match": response.headers.get("ETag") ?? "" };
      const unchanged = await get(address, headers);
      expect([unchanged.status, unchanged.headers.get("Vary")]).toEqual([304, null]);
    }
  });
});

describe("every address of an asset", () => {
  const everywhere = ["/static/css/style.css", "/static/none", "/favicon.ico", "/robots.txt"];

  test.each(everywhere)("%s responds with 405 to methods other than GET and HEAD", async (address) => {
    for (const method of ["POST", "PUT", "PATCH", "DELETE", "PROPFIND"]) {
      const response = await send(address, { method });
      expect([method, response.status, response.headers.get("Allow")]).toEqual([method, 405, "GET, HEAD, OPTIONS"]);
    }
    const options = await send(address, { method: "OPTIONS" });
    expect([options.status, options.headers.get("Allow")]).toEqual([204, "GET, HEAD, OPTIONS"]);
  });

  test.each(everywhere)("%s asks nobody who they are", async (address) => {
    const expected = (await get(address)).status;
    const { calls, bindings } = watchStorage();
    for (const headers of [{ Cookie: "__Host-session=x" }, { Authorization: "Bearer x" }, { "X-API-Key": "x" }]) {
      const response = await send(address, { headers }, bindings);
      expect([response.status, response.headers.get("Set-Cookie")]).toEqual([expected, null]);
    }
    expect(calls.filter((call) => call.startsWith("DB"))).toEqual([]);
  });
});

test("GET /static/none responds with 404, as a page to a browser, and no shared cache keeps it", async () => {
  const response = await get("/static/none", { Accept: "text/html" });
  expect([response.status, response.headers.get("Content-Type")]).toEqual([404, "text/html; charset=utf-8"]);
  expect(response.headers.get("Cache-Control")).toBe("no-store");
  const problem = (await get("/static/none")).headers;
  expect([problem.get("Content-Type"), problem.get("Cache-Control")]).toEqual(["application/problem+json", "no-store"]);
});
