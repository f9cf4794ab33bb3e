import { env } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { publish } from "../../scripts/assets.ts";
import { readManifest } from "../../src/assets/load-manifest.ts";
import { assetUrl } from "../../src/assets/manifest.ts";
import {
  clearStorage,
  contentOf,
  isWrite,
  noise,
  sha256,
  site,
  storedKeys,
  text,
  watchStorage,
  writesOf,
} from "./assets.ts";

const DAY = 24 * 60 * 60 * 1000;

beforeEach(async () => {
  vi.spyOn(console, "log").mockImplementation(() => {});
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  await clearStorage();
});
afterEach(() => vi.useRealTimers());

/** The writes that name what is published: its version, the current manifest, the end of the previous version. */
const NAMED = ["KV.put manifest:…", "KV.put manifest", "KV.put manifest:…", "ASSETS.put manifest"];

const manifest = () => readManifest(env.ASSET_MANIFEST);
/** The address that names the version which is published now. */
const versionOf = async (path: string) => assetUrl(await manifest(), path);

describe("the next publication", () => {
  const SITE = { "style.css": text("style"), "app.js": text("app"), "logo.png": noise(50) };

  test("writes nothing if nothing has changed", async () => {
    await publish(site(SITE), env);
    expect(await writesOf(SITE)).toEqual([]);
    await publish(site({ ...SITE, "style.css": text("new") }), env);
    vi.setSystemTime(Date.now() + 3 * DAY);
    expect(await writesOf({ ...SITE, "style.css": text("new") })).toEqual([]);
  });

  test("writes nothing for files of the same content and other types, each with its own encodings", async () => {
    const files = { "a.png": text("same"), "b.css": text("same"), "c.txt": text("same") };
    await publish(site(files), env);
    const before = await manifest();
    expect(await writesOf(files)).toEqual([]);
    expect(await manifest()).toEqual(before);
    expect(Object.keys(before["b.css"]?.encodings ?? {})).toEqual(["br", "gzip"]);
    expect(before["a.png"]).toMatchObject({ type: "image/png", encodings: {} });
  });

  test("is not misled by a stale value in KV", async () => {
    await publish(site(SITE), env);
    const stale = await env.ASSET_MANIFEST.get("manifest");
    const changed = { ...SITE, "style.css": text("new") };
    await publish(site(changed), env);
    const { bindings } = watchStorage();
    const ASSET_MANIFEST = new Proxy(bindings.ASSET_MANIFEST, {
      get: (kv, name) => (name === "get" ? async () => stale : Reflect.get(kv, name)),
    });
    await publish(site(SITE), { ...bindings, ASSET_MANIFEST });
    expect(await contentOf("/static/style.css")).toBe(text("style"));
  });

  test.each(["the current manifest", "its version"])("tells KV again what it has lost: %s", async (lost) => {
    const { version } = await publish(site(SITE), env);
    await env.ASSET_MANIFEST.delete(lost === "its version" ? `manifest:${version}` : "manifest");
    expect(await writesOf(SITE)).toEqual(["KV.put manifest:…", "KV.put manifest", "ASSETS.put manifest"]);
    expect(await contentOf("/static/style.css")).toBe(text("style"));
    expect(await env.ASSET_MANIFEST.get(`manifest:${version}`)).toBe(await env.ASSET_MANIFEST.get("manifest"));
  });

  test("keeps the previous version of the manifest for 30 days, for a Worker that still runs with it", async () => {
    const { version } = await publish(site(SITE), env);
    const before = await env.ASSET_MANIFEST.get("manifest");
    const changed = { ...SITE, "style.css": text("new") };
    const next = await publish(site(changed), env);
    expect(next.version).not.toBe(version);
    expect(await env.ASSET_MANIFEST.get(`manifest:${version}`)).toBe(before);
    const keys = (await env.ASSET_MANIFEST.list({ prefix: "manifest:" })).keys;
    const expirations = Object.fromEntries(keys.map(({ name, expiration }) => [name.slice(9), expiration]));
    expect(expirations[next.version]).toBeUndefined();
    expect(expirations[version]).toBeGreaterThan((Date.now() + 30 * DAY) / 1000 - 60);
  });

  test("gives a version that is current again no end", async () => {
    const { version } = await publish(site({}), env);
    await publish(site({ "a.css": text("a") }), env);
    // The retired file makes the manifest another one, until it is forgotten.
    vi.setSystemTime(Date.now() + 31 * DAY);
    await publish(site({}), env);
    vi.setSystemTime(Date.now() + 31 * DAY);
    expect((await publish(site({}), env)).version).toBe(version);
    const { keys } = await env.ASSET_MANIFEST.list({ prefix: `manifest:${version}` });
    expect(keys).toEqual([{ name: `manifest:${version}` }]);
  });

  test("stores of a changed file its own objects, and nothing of the others", async () => {
    await publish(site(SITE), env);
    const key = `assets/${await sha256(text("new"))}`;
    const writes = await writesOf({ ...SITE, "style.css": text("new") });
    expect(writes).toEqual([...["", ".br", ".gzip"].map((end) => `ASSETS.put ${key}${end}`), ...NAMED]);
    expect(await contentOf("/static/style.css")).toBe(text("new"));
  });

  test("stores nothing for a file that has another name now", async () => {
    await publish(site(SITE), env);
    const { "style.css": content, ...others } = SITE;
    expect(await writesOf({ ...others, "css/main.css": content })).toEqual(NAMED);
    expect(await contentOf("/static/css/main.css", "br")).toBe(content);
    expect(await contentOf("/static/style.css")).toBe(404);
  });

  test("stores a content once that several files have", async () => {
    const files = { "a.css": text("same"), "b/c.css": text("same"), "d.css": text("same") };
    const writes = (await writesOf(files)).filter((write) => write.startsWith("ASSETS.put assets/"));
    expect(writes).toHaveLength(3);
    expect(new Set(writes).size).toBe(3);
    expect(await publish(site(files), env)).toMatchObject({ stored: 0, removed: 0 });
  });

  test.each(["", ".br", ".gzip"])("stores again a missing object …%s of the manifest", async (end) => {
    await publish(site(SITE), env);
    const key = `assets/${await sha256(SITE["app.js"])}${end}`;
    await env.ASSETS.delete(key);
    expect(await writesOf(SITE)).toEqual([`ASSETS.put ${key}`]);
    for (const accepted of ["identity", "br", "gzip"])
      expect(await contentOf("/static/app.js", accepted)).toBe(SITE["app.js"]);
  });

  test("knows all objects of a bucket that lists them in many pages", async () => {
    await publish(site(SITE), env);
    const { calls, bindings } = watchStorage();
    const list = (options: R2ListOptions) => bindings.ASSETS.list({ ...options, limit: 2 });
    const ASSETS = new Proxy(bindings.ASSETS, {
      get: (target, name) => (name === "list" ? list : Reflect.get(target, name)),
    });
    await publish(site(SITE), { ...bindings, ASSETS });
    expect(calls.filter((call) => call === "ASSETS.list")).toHaveLength(4);
    expect(calls.filter(isWrite)).toEqual([]);
  });

  test("leaves foreign objects alone", async () => {
    await env.ASSETS.put("elsewhere/x", "x");
    await env.ASSET_MANIFEST.put("other", "x");
    await publish(site(SITE), env);
    vi.setSystemTime(Date.now() + 100 * DAY);
    await publish([], env);
    expect(await env.ASSETS.head("elsewhere/x")).not.toBeNull();
    expect(await env.ASSET_MANIFEST.get("other")).toBe("x");
  });
});

describe("a version that is no longer published", () => {
  const retire = async (after: Record<string, string>) => {
    await publish(site({ "old.css": text("old"), "kept.css": text("kept") }), env);
    const version = await versionOf("old.css");
    vi.setSystemTime(Date.now() + DAY);
    await publish(site({ "kept.css": text("kept"), ...after }), env);
    return version;
  };
  /** As another publication does, that many milliseconds from now. */
  const republish = async (ms: number, files: Record<string, string> = {}) => {
    vi.setSystemTime(Date.now() + ms);
    return publish(site({ "kept.css": text("kept"), ...files }), env);
  };

  test.each([
    ["deleted", {}, 404],
    ["replaced", { "old.css": text("new") }, text("new")],
  ])("is at its own address for 30 days after it was %s", async (_, after, now) => {
    const version = await retire(after as Record<string, string>);
    expect(await contentOf("/static/old.css")).toBe(now);
    for (const ms of [10 * DAY, 20 * DAY - 1]) {
      await republish(ms, after);
      expect(await contentOf(version, "br")).toBe(text("old"));
    }
    const left = await storedKeys();
    expect(await republish(1, after)).toMatchObject({ stored: 0, removed: 3 });
    expect(await contentOf(version)).toBe(404);
    const key = `assets/${await sha256(text("old"))}`;
    expect(await storedKeys()).toEqual(left.filter((name) => !name.startsWith(key)));
    expect(await contentOf("/static/kept.css", "gzip")).toBe(text("kept"));
  });

  test("keeps its objects if another path has the same content", async () => {
    await retire({ "copy.css": text("old") });
    expect(await republish(31 * DAY, { "copy.css": text("old") })).toMatchObject({ stored: 0, removed: 0 });
    expect(await contentOf("/static/copy.css", "br")).toBe(text("old"));
  });

  test("starts its 30 days anew if it was published in between", async () => {
    const version = await retire({});
    await republish(20 * DAY, { "old.css": text("old") });
    await republish(20 * DAY);
    await republish(29 * DAY);
    expect(await contentOf(version)).toBe(text("old"));
    await republish(DAY);
    expect(await contentOf(version)).toBe(404);
  });
});

test("an unreferenced object is removed when it is more than a day old", async () => {
  await publish(site({ "a.css": text("a") }), env);
  await env.ASSETS.put("assets/orphan", "x");
  const storedAt = (await env.ASSETS.head("assets/orphan"))?.uploaded.getTime() ?? 0;
  vi.setSystemTime(storedAt + DAY);
  expect(await publish(site({ "a.css": text("a") }), env)).toMatchObject({ stored: 0, removed: 0 });
  vi.setSystemTime(storedAt + DAY + 1);
  expect(await publish(site({ "a.css": text("a") }), env)).toMatchObject({ stored: 0, removed: 1 });
  expect(await storedKeys()).not.toContain("assets/orphan");
  expect(await contentOf("/static/a.css", "br")).toBe(text("a"));
});
