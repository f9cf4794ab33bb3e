/** Packages that nothing needs any more, in the manifest and in the lockfile. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Lockfile, removeLocked } from "../../scripts/scaffold/lockfile.ts";
import { findUnused, removeDescriptions, removePackages, toJson } from "../../scripts/scaffold/packages.ts";

const manifest = {
  scripts: { check: "tool --all" },
  dependencies: { a: "1", "@s/b": "1", tool: "1" },
  devDependencies: { "@types/a": "1", "@types/s__b": "1", "a-more": "1" },
};
const source = (text: string) => [{ path: "x.ts", text }];

describe("a package is unused", () => {
  test.each<[removed: string, kept: string, unused: string[]]>([
    ['import a from "a";', "", ["a", "@types/a"]],
    ['import "@s/b/deep.ts";', "", ["@s/b", "@types/s__b"]],
    ['const a = await import("a");', "", ["a", "@types/a"]],
    ["import type {\n  A,\n} from 'a';", "", ["a", "@types/a"]],
    ['import a from "a";', 'import a from "a/x";', []],
    ['import a from "a";', 'read("node_modules/a/a.js")', []],
    ['import a from "a";', "readPackage(`a/dist`)", []],
    ['import a from "a";', 'import more from "a-more";', ["a", "@types/a"]],
    ['import tool from "tool";', "", []],
    ['const text = "a";', "", []],
    ["", "", []],
  ])("where only what goes imports it: %j, not %j", (removed, kept, unused) => {
    expect(findUnused(manifest, source(removed), source(kept))).toEqual(unused);
  });
});

test.each([
  [{ bindings: { FILES: {}, DB: {} } }, { bindings: { DB: {} } }],
  [
    { bindings: { DB: {} }, other: 1 },
    { bindings: { DB: {} }, other: 1 },
  ],
  [{ other: 1 }, { other: 1 }],
])("a removed binding loses its description: %j", (before, after) => {
  expect(removeDescriptions({ name: "x", cloudflare: before }, ["FILES"])).toEqual({ name: "x", cloudflare: after });
});

test("the manifest loses it from each list, and lists that are empty then", () => {
  const before = { name: "x", ...manifest, allowScripts: { a: true } };
  expect(removePackages(before, ["a", "@types/a", "@types/s__b", "a-more"])).toEqual({
    name: "x",
    scripts: manifest.scripts,
    dependencies: { "@s/b": "1", tool: "1" },
  });
});

test.each(['{\n\t"a": 1\n}\n', '{\n    "a": 1\n}', '{\n  "a": 1\n}\n'])("%j is written as it was", (text) => {
  expect(toJson(JSON.parse(text), text)).toBe(text);
});

describe("the lockfile", () => {
  const lockfile = (packages: Lockfile["packages"]): Lockfile => ({ lockfileVersion: 3, packages });
  const after = (packages: Lockfile["packages"], ...names: string[]) =>
    Object.keys(removeLocked(lockfile(packages), names).packages);

  test("loses what only the package needs, nested too, and keeps what others need", () => {
    const packages = {
      "": { dependencies: { a: "1", b: "1" } },
      "node_modules/a": { dependencies: { c: "1", shared: "2" } },
      "node_modules/a/node_modules/shared": { version: "2" },
      "node_modules/b": { dependencies: { shared: "1" }, optionalDependencies: { "b-linux": "1", "b-win": "1" } },
      "node_modules/b-linux": { optional: true, os: ["linux"] },
      "node_modules/b-win": { optional: true, os: ["win32"] },
      "node_modules/c": { dependencies: { a: "1" } },
      "node_modules/shared": { version: "1" },
    };
    expect(after(packages, "a")).toEqual([
      "",
      "node_modules/b",
      "node_modules/b-linux",
      "node_modules/b-win",
      "node_modules/shared",
    ]);
    expect(after(packages, "b")).toEqual([
      "",
      "node_modules/a",
      "node_modules/a/node_modules/shared",
      "node_modules/c",
    ]);
  });

  test("keeps peers that are needed, links and their packages, and what was extraneous before", () => {
    const packages = {
      "": { dependencies: { a: "1", tool: "1" }, devDependencies: { w: "1" } },
      "node_modules/a": { peerDependencies: { p: "1", o: "1" }, peerDependenciesMeta: { o: { optional: true } } },
      "node_modules/extra": { extraneous: true },
      "node_modules/o": {},
      "node_modules/p": {},
      "node_modules/tool": { dependencies: { o: "1" } },
      "node_modules/w": { link: true, resolved: "packages/w" },
      "packages/w": { dependencies: { p: "1" } },
    };
    expect(after(packages, "tool")).toEqual(Object.keys(packages).filter((path) => !/\/(tool|o)$/.test(path)));
    expect(after(packages, "a")).toEqual(Object.keys(packages).filter((path) => !/\/a$/.test(path)));
  });

  test("says of what stays only for development that it does", () => {
    const packages = {
      "": { dependencies: { a: "1" }, devDependencies: { d: "1" } },
      "node_modules/a": { version: "1", dependencies: { c: "1" } },
      "node_modules/c": { version: "1", integrity: "sha512-", license: "MIT", engines: {} },
      "node_modules/d": { version: "1", dev: true, dependencies: { c: "1" } },
    };
    const { packages: left } = removeLocked(lockfile(packages), ["a"]);
    expect(JSON.stringify(left["node_modules/c"])).toBe(
      '{"version":"1","integrity":"sha512-","dev":true,"license":"MIT","engines":{}}',
    );
  });

  test("of this project, without any of its packages, is whole and has nothing too many", () => {
    const text = readFileSync(join(import.meta.dirname, "../../package-lock.json"), "utf8");
    const own: Lockfile = JSON.parse(text);
    expect(toJson(removeLocked(own, []), text)).toBe(text);
    const { dependencies = {}, devDependencies = {} } = own.packages[""] ?? {};
    for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
      const { packages } = removeLocked(own, [name]);
      expect(packages[""]?.dependencies ?? {}).not.toHaveProperty([name]);
      expect(Object.keys(packages).length).toBeLessThanOrEqual(Object.keys(own.packages).length);
    }
    const everything = Object.keys({ ...dependencies, ...devDependencies });
    expect(Object.keys(removeLocked(own, everything).packages)).toEqual([""]);
  });
});
