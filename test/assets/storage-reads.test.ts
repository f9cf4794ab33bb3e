import { env } from "cloudflare:test";
import { beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { publish } from "../../scripts/assets.ts";
import { send } from "../harness.ts";
import { bytesOf, clearStorage, decompress, noise, sha256, site, text, watchStorage } from "./assets.ts";

const BIG = noise(400_000);
const SITE = { "style.css": text("style"), "app.js": text("app"), "big.png": BIG };
const PROBE = "KV.get manifest";
let key: string;

beforeAll(async () => {
  await clearStorage();
  await publish(site(SITE), env);
  key = `assets/${await sha256(SITE["style.css"])}`;
});

/** A host of each test's own: nothing is cached for it. */
let host: string;
let storage: ReturnType<typeof watchStorage>;
beforeEach(() => {
  vi.spyOn(console, "log").mockImplementation(() => {});
  host = `http://${crypto.randomUUID()}.example`;
  storage = watchStorage();
});

type Headers = Record<string, string>;
const get = (path: string, headers: Headers = {}, method = "GET") =>
  send(new URL(path, host).href, { method, headers }, storage.bindings);
const bodyOf = async (response: Response | Promise<Response>) => new Uint8Array(await (await response).arrayBuffer());
/** What was asked of storage since the last time. */
const takeCalls = () => storage.calls.splice(0);

describe("GET of an asset", () => {
  test.each([
    ["identity", ""],
    ["br", ".br"],
    ["gzip", ".gzip"],
  ])("reads %s from R2 once, then from the cache", async (encoding, suffix) => {
    for (const expected of [[PROBE, `ASSETS.get ${key}${suffix}`], [PROBE], [PROBE]]) {
      const body = await bodyOf(get("/static/style.css", { "Accept-Encoding": encoding }));
      expect(decompress(body, encoding)).toEqual(bytesOf(SITE["style.css"]));
      expect(takeCalls()).toEqual(expected);
    }
  });

  test("keeps the encodings apart in the cache", async () => {
    const bodies = new Set<string>();
    for (const encoding of ["br", "gzip", "identity", "gzip", "identity", "br"]) {
      const body = await bodyOf(get("/static/style.css", { "Accept-Encoding": encoding }));
      expect(decompress(body, encoding)).toEqual(bytesOf(SITE["style.css"]));
      bodies.add(body.join());
    }
    expect(bodies.size).toBe(3);
    expect(takeCalls().filter((call) => call !== PROBE)).toEqual(
      [".br", ".gzip", ""].map((suffix) => `ASSETS.get ${key}${suffix}`),
    );
  });

  test("uses the cached response of another address with the same content, with any query", async () => {
    await bodyOf(get("/static/style.css"));
    takeCalls();
    const version = `/static/style.${key.slice("assets/".length).slice(0, 16)}.css`;
    for (const address of [version, "/static/style.css?v=1", "/static/style.css?", "/static/%73tyle.css"]) {
      expect(await bodyOf(get(address))).toEqual(bytesOf(SITE["style.css"]));
      expect(takeCalls()).toEqual([PROBE]);
    }
  });

  test("caches all of a big file though its reader leaves", async () => {
    const response = await get("/static/big.png");
    await response.body?.cancel();
    takeCalls();
    expect(await bodyOf(get("/static/big.png"))).toEqual(BIG);
    expect(takeCalls()).toEqual([PROBE]);
  });

  test("tells the cache how many bytes there are, and that they are good for a year", async () => {
    const put = vi.spyOn(caches.default, "put");
    await bodyOf(get("/static/style.css", { "Accept-Encoding": "br" }));
    const headers = put.mock.calls[0]?.[1].headers;
    put.mockRestore();
    expect(headers?.get("Content-Length")).toBe(`${(await env.ASSETS.head(`${key}.br`))?.size}`);
    expect(headers?.get("Cache-Control")).toBe("public, max-age=31536000, immutable");
  });

  test("responds with 404 if R2 has lost the bytes, and serves them when they are back", async () => {
    const object = `assets/${await sha256(SITE["app.js"])}`;
    await env.ASSETS.delete(object);
    for (const headers of [{}, { Range: "bytes=0-1" }]) expect((await get("/static/app.js", headers)).status).toBe(404);
    await env.ASSETS.put(object, SITE["app.js"]);
    expect(await bodyOf(get("/static/app.js"))).toEqual(bytesOf(SITE["app.js"]));
  });
});

describe("a range", () => {
  const RANGES = ["bytes=0-0", "bytes=7-99", "bytes=399990-", "bytes=-17", "bytes=1-9999999"];
  const slices = [BIG.slice(0, 1), BIG.slice(7, 100), BIG.slice(399_990), BIG.slice(-17), BIG.slice(1)];

  test("is read from R2 as a range until the whole is cached, then from the cache", async () => {
    const object = `assets/${await sha256(BIG)}`;
    for (const isCached of [false, true]) {
      for (const [index, Range] of RANGES.entries()) {
        const response = await get("/static/big.png", { Range });
        expect([response.status, await bodyOf(response)]).toEqual([206, slices[index]]);
        expect(takeCalls()).toEqual(isCached ? [PROBE] : [PROBE, `ASSETS.get ${object}`]);
      }
      expect(await bodyOf(get("/static/big.png"))).toEqual(BIG);
      takeCalls();
    }
  });

  test("is not taken from a cache that answers with the whole", async () => {
    const match = vi.spyOn(caches.default, "match").mockResolvedValueOnce(new Response(BIG));
    const body = await bodyOf(get("/static/big.png", { Range: "bytes=7-99" }));
    match.mockRestore();
    expect(body).toEqual(BIG.slice(7, 100));
  });

  test("reads no more of R2 than it asks for", async () => {
    const asked: unknown[] = [];
    const ASSETS = new Proxy(env.ASSETS, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (name !== "get") return member;
        return (object: string, options: R2GetOptions) => {
          asked.push(options);
          return target.get(object, options);
        };
      },
    });
    await bodyOf(send(`${host}/static/big.png`, { headers: { Range: "bytes=7-99" } }, { ASSETS }));
    expect(asked).toEqual([{ range: { offset: 7, length: 93 } }]);
  });

  test("of a file is not cut from an encoding that is cached", async () => {
    const expected = bytesOf(SITE["style.css"]).slice(0, 10);
    for (const encoding of ["br", "gzip"]) {
      const headers = { "Accept-Encoding": encoding };
      await bodyOf(get("/static/style.css", headers));
      expect(await bodyOf(get("/static/style.css", { ...headers, Range: "bytes=0-9" }))).toEqual(expected);
    }
  });
});

describe("R2 is not read", () => {
  const QUIET: [what: string, path: string, headers: Headers, method: string, status: number][] = [
    ["304", "/static/style.css", { "If-None-Match": "*" }, "GET", 304],
    ["412", "/static/style.css", { "If-Match": '"other"' }, "GET", 412],
    ["416", "/static/style.css", { Range: "bytes=999999-" }, "GET", 416],
    ["HEAD", "/static/style.css", {}, "HEAD", 200],
    ["HEAD with a range", "/static/style.css", { Range: "bytes=0-1" }, "HEAD", 200],
    ["404", "/static/none.css", {}, "GET", 404],
    ["404 with a range", "/static/none.css", { Range: "bytes=0-1" }, "GET", 404],
  ];
  test.each(QUIET)("for %s", async (_, path, headers, method, status) => {
    expect((await get(path, headers, method)).status).toBe(status);
    expect(takeCalls()).toEqual([PROBE]);
  });

  test("for other methods, nor KV", async () => {
    expect((await get("/static/style.css", {}, "POST")).status).toBe(405);
    expect(takeCalls()).toEqual([]);
  });
});

describe("the cache of one host", () => {
  test("has nothing that came by way of another", async () => {
    for (const suffix of ["", ".br"]) {
      const poison = new Response("poison", { headers: { "Cache-Control": "public, max-age=1000" } });
      await caches.default.put(`http://evil.example/static/${key}${suffix}`, poison);
    }
    const lies = { Host: "evil.example", "X-Forwarded-Host": "evil.example", Origin: "http://evil.example" };
    for (const headers of [lies, { ...lies, "Accept-Encoding": "br" }]) {
      const response = await get("/static/style.css", headers);
      const encoding = response.headers.get("Content-Encoding");
      expect(decompress(await bodyOf(response), encoding)).toEqual(bytesOf(SITE["style.css"]));
    }
    expect(takeCalls()).toEqual([PROBE, `ASSETS.get ${key}`, PROBE, `ASSETS.get ${key}.br`]);
  });

  test("cannot be requested by the name of its content", async () => {
    await bodyOf(get("/static/style.css"));
    takeCalls();
    expect((await get(`/static/${key}`)).status).toBe(404);
    expect(takeCalls()).toEqual([PROBE]);
  });
});
