import { env } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type AssetStorage, publish } from "../../scripts/assets.ts";
import { readManifest } from "../../src/assets/load-manifest.ts";
import type { Manifest } from "../../src/assets/manifest.ts";
import {
  addressOf,
  type Call,
  clearStorage,
  contentOf,
  interceptStorage,
  sha256,
  site,
  storedKeys,
  text,
  writesOf,
} from "./assets.ts";

const DAY = 24 * 60 * 60 * 1000;

beforeEach(async () => {
  vi.spyOn(console, "log").mockImplementation(() => {});
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  await clearStorage();
});
afterEach(() => vi.useRealTimers());

const manifest = () => readManifest(env.ASSET_MANIFEST);

describe("a publication that dies", () => {
  const FIRST = { "same.css": text("same"), "changed.css": text("one"), "gone.css": text("gone") };
  const SECOND = { "same.css": text("same"), "changed.css": text("two") };
  const THIRD = { "same.css": text("same"), "changed.css": text("three"), "added.js": text("added") };
  /** The contents that the paths have had, by the hash of each. */
  const contents = new Map<string, string>();

  /** Two publications; then time for the third to store, to retire and to remove. */
  async function prepareThird() {
    await clearStorage();
    for (const name of ["same", "one", "two", "three", "gone", "added"])
      contents.set(await sha256(text(name)), text(name));
    const start = Date.now();
    await publish(site(FIRST), env);
    await publish(site(SECOND), env);
    vi.setSystemTime(start + 31 * DAY);
  }

  /** Storage that is gone before or after its call of that number, and from then on. */
  function dying(at: number, when: "before" | "after"): { storage: AssetStorage; count: () => number } {
    let count = 0;
    const storage = interceptStorage(async ({ proceed }: Call) => {
      count++;
      if (count > at || (count === at && when === "before")) throw new Error("died");
      const result = await proceed();
      if (count === at) throw new Error("died");
      return result;
    });
    return { storage, count: () => count };
  }

  async function expectAllServed(published: Manifest) {
    for (const [path, { hash }] of Object.entries(published)) {
      for (const accepted of ["identity", "br", "gzip"])
        expect([path, await contentOf(addressOf(path), accepted)]).toEqual([path, contents.get(hash)]);
    }
  }

  /** Its calls: two to know what there is, six to store, four to name, one to remove. */
  const STORING = Array.from({ length: 6 }, () => "ASSETS.put");
  const NAMES = ["KV.put", "KV.put", "KV.put", "ASSETS.put"];
  const CALLS = ["ASSETS.get", "ASSETS.list", ...STORING, ...NAMES, "ASSETS.delete"];
  /** The first only adds a version. */
  const NAMING = CALLS.indexOf("KV.put") + 2;
  const DEATHS = CALLS.flatMap((call, index) => [
    ["before", index + 1, call] as const,
    ["after", index + 1, call] as const,
  ]);

  test.each(DEATHS)(
    "%s its call %i, %s, leaves all served that is published, and the next completes it",
    async (when, at) => {
      await prepareThird();
      await publish(site(THIRD), env);
      const [after, keys] = [await manifest(), await storedKeys()];
      await prepareThird();
      const before = await manifest();
      const { storage, count } = dying(at, when);
      await expect(publish(site(THIRD), storage)).rejects.toThrow("died");
      expect(count()).toBe(at);
      const isNamed = at > NAMING || (at === NAMING && when === "after");
      expect(Object.keys(await manifest())).toEqual(Object.keys(isNamed ? after : before));
      await expectAllServed(await manifest());
      await publish(site(THIRD), env);
      expect(Object.keys(await manifest())).toEqual(Object.keys(after));
      expect(await storedKeys()).toEqual(keys);
      await expectAllServed(await manifest());
      expect(await writesOf(THIRD)).toEqual([]);
    },
  );

  test("has awaited each write before the next, and names objects only when they are there", async () => {
    await prepareThird();
    const events: string[] = [];
    const storage = interceptStorage(async ({ name, proceed }: Call) => {
      events.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      const result = await proceed();
      events.push(`${name} ends`);
      return result;
    });
    await publish(site(THIRD), storage);
    expect(events).toEqual(CALLS.flatMap((name) => [`${name} begins`, `${name} ends`]));
  });
});
