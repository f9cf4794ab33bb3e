import { env } from "cloudflare:test";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { publish } from "../../scripts/assets.ts";
import { readManifest } from "../../src/assets/load-manifest.ts";
import { type Asset, assetUrl, type Encoding } from "../../src/assets/manifest.ts";
import {
  addressOf,
  ask,
  bytesOf,
  clearStorage,
  contentOf,
  decompress,
  noise,
  sha256,
  site,
  storedKeys,
  text,
} from "./assets.ts";

beforeEach(async () => {
  vi.spyOn(console, "log").mockImplementation(() => {});
  await clearStorage();
});

const manifest = () => readManifest(env.ASSET_MANIFEST);
const pathsOf = async () => Object.keys(await manifest()).sort();

/** What one file becomes in the manifest. */
async function publishOne(path: string, content: string | Uint8Array): Promise<Asset | undefined> {
  await publish(site({ [path]: content }), env);
  return (await manifest())[path];
}

describe("the first publication", () => {
  test("stores each content as it is and in both encodings, under its hash", async () => {
    const files = { "style.css": text("style"), "js/app.js": text("app"), "logo.png": noise(100) };
    expect(await publish(site(files), env)).toMatchObject({ stored: 7, removed: 0 });
    const expected: string[] = [];
    for (const [path, content] of Object.entries(files)) {
      const key = `assets/${await sha256(content)}`;
      for (const [suffix, encoding] of path.endsWith("png") ? [[""]] : [[""], [".br", "br"], [".gzip", "gzip"]]) {
        expected.push(key + suffix);
        const bytes = await (await env.ASSETS.get(key + suffix))?.bytes();
        expect(decompress(bytes ?? new Uint8Array(), encoding)).toEqual(bytesOf(content));
      }
    }
    expect(await storedKeys()).toEqual(expected.sort());
  });

  test("says in the manifest what each path has, and the path that names its version", async () => {
    const files = site({ "css/style.css": text("style"), "v1.0/LICENSE": "MIT", "a.tar.gz": noise(9) });
    const { version } = await publish(files, env);
    const hash = await sha256(text("style"));
    const encodings: Partial<Record<Encoding, number>> = {};
    for (const encoding of ["br", "gzip"] as const)
      encodings[encoding] = (await env.ASSETS.head(`assets/${hash}.${encoding}`))?.size ?? -1;
    const asset = { hash, type: "text/css; charset=utf-8", size: text("style").length, encodings };
    expect(await manifest()).toMatchObject({
      "css/style.css": { ...asset, isImmutable: false },
      [`css/style.${hash.slice(0, 16)}.css`]: { ...asset, isImmutable: true },
      [`v1.0/LICENSE.${(await sha256("MIT")).slice(0, 16)}`]: { size: 3, isImmutable: true },
    });
    expect(await pathsOf()).toContainEqual(expect.stringMatching(/^a\.tar\.[0-9a-f]{16}\.gz$/));
    expect(await pathsOf()).toHaveLength(6);
    expect((await env.ASSET_MANIFEST.list()).keys.map(({ name }) => name)).toEqual(["manifest", `manifest:${version}`]);
  });

  test.each(["a.html", "a.css", "a.js", "a.mjs", "a.json", "a.svg", "a.txt", "a.xml", "a.ico", "a.wasm", "a.ttf"])(
    "compresses %s",
    async (path) => {
      expect(Object.keys((await publishOne(path, text("a")))?.encodings ?? {})).toEqual(["br", "gzip"]);
    },
  );

  test.each(["a.png", "a.jpg", "a.webp", "a.avif", "a.gif", "a.woff2", "a.zip", "a.mp4", "a.unknown", "a"])(
    "does not try to compress %s",
    async (path) => {
      expect((await publishOne(path, text("a")))?.encodings).toEqual({});
      expect(await storedKeys()).toEqual([`assets/${await sha256(text("a"))}`]);
    },
  );

  const zeros = (size: number) => new Uint8Array(size);
  test.each<[string, string | Uint8Array, string[]]>([
    ["an empty file", "", []],
    ["a tiny one", "hi", []],
    ["one that only Brotli, with its dictionary, makes smaller", "<!DOCTYPE html><html></html>", ["br"]],
    ["one that gets bigger", noise(1000), []],
    ["one that gets smaller by less than a tenth", new Uint8Array([...noise(940), ...zeros(60)]), []],
    ["one that gets smaller by more than a tenth", new Uint8Array([...noise(600), ...zeros(400)]), ["br", "gzip"]],
  ])("compresses %s only where that pays", async (_, content, encodings) => {
    expect(Object.keys((await publishOne("a.html", content))?.encodings ?? {})).toEqual(encodings);
    expect(await storedKeys()).toHaveLength(1 + encodings.length);
    for (const accepted of ["identity", "br", "gzip"])
      expect(await contentOf("/static/a.html", accepted)).toBe(new TextDecoder().decode(bytesOf(content)));
  });

  test.each([
    ["index.html", "text/html; charset=utf-8"],
    ["STYLE.CSS", "text/css; charset=utf-8"],
    ["app.js", "text/javascript; charset=utf-8"],
    ["data.json", "application/json; charset=utf-8"],
    ["app.webmanifest", "application/manifest+json; charset=utf-8"],
    ["robots.txt", "text/plain; charset=utf-8"],
    ["icon.svg", "image/svg+xml"],
    ["favicon.ico", "image/vnd.microsoft.icon"],
    ["pixel.png", "image/png"],
    ["font.woff2", "font/woff2"],
    ["code.wasm", "application/wasm"],
    ["file.unknown", "application/octet-stream"],
    ["LICENSE", "application/octet-stream"],
    ["folder.css/file", "application/octet-stream"],
    ["page.html.bak", "application/octet-stream"],
  ])("gives %s the type %s", async (path, type) => {
    expect((await publishOne(path, "x"))?.type).toBe(type);
    expect((await ask(addressOf(path))).headers.get("Content-Type")).toBe(type);
  });

  const ODD_NAMES = [
    "a/b/c/d/e.txt",
    "two words.txt",
    "100%.txt",
    "a%20b.txt",
    "a%2Fb.txt",
    "%zz.txt",
    "ünïcödé/日本語 🍵.txt",
    "question?.txt",
    "hash#.txt",
    "a+b;c=d&e,f@g!$'()*~.txt",
    "back\\slash.txt",
    'quo"te<b>.txt',
    "constructor",
    "toString.txt",
    "__proto__",
    "hasOwnProperty",
    "404",
    "$&.txt",
    "assets/0123456789abcdef",
  ];
  test.each(ODD_NAMES)("a file named %j is served at its address, and at the one of its version", async (path) => {
    await publish(site({ [path]: `this is ${path}` }), env);
    expect(await contentOf(addressOf(path))).toBe(`this is ${path}`);
    const versioned = Object.entries(await manifest()).find(([, { isImmutable }]) => isImmutable)?.[0] ?? "";
    expect(await contentOf(addressOf(versioned))).toBe(`this is ${path}`);
  });

  test.each(ODD_NAMES)("assetUrl leads to the version of %j", async (path) => {
    await publish(site({ [path]: `this is ${path}` }), env);
    const address = assetUrl(await manifest(), path);
    expect(await contentOf(address)).toBe(`this is ${path}`);
    expect((await ask(address)).headers.get("Cache-Control")).toContain("immutable");
  });

  test("before it, every address responds with 404", async () => {
    for (const address of ["/static/style.css", "/favicon.ico", "/robots.txt"]) {
      expect(await contentOf(address)).toBe(404);
    }
    for (const path of ["style.css", "constructor"]) expect(assetUrl(await manifest(), path)).toBe(`/static/${path}`);
  });
});
