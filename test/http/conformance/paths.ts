/** Matching: the route that answers a path. */
import assert from "node:assert/strict";
import { bodiesOf, createPatternApp } from "./probes.ts";
import { read, send } from "./request.ts";

const NONE = "Not Found";

export const cases: Record<string, () => void | Promise<void>> = {
  "a pattern matches the whole path, including case and trailing slash": async () => {
    const app = createPatternApp("/a", "/a/b/", "/");
    assert.deepEqual(await bodiesOf(app, ["/a", "/a/", "/A", "/a/b/", "/a/b", "/", "//", "/a?q=/", "/a/b/c"]), [
      "/a",
      NONE,
      NONE,
      "/a/b/",
      NONE,
      "/",
      NONE,
      "/a",
      NONE,
    ]);
  },

  "a parameter matches exactly one non-empty segment": async () => {
    const app = createPatternApp("/a/:x", "/a/:x/c");
    assert.deepEqual(await bodiesOf(app, ["/a/b", "/a/", "/a//c", "/a/b/c", "/a/b/d", "/a/b/", "/a/.b"]), [
      "/a/:x",
      NONE,
      NONE,
      "/a/:x/c",
      NONE,
      NONE,
      "/a/:x",
    ]);
  },

  "the first registered wins: static before parameter": async () => {
    assert.deepEqual(await bodiesOf(createPatternApp("/a/b", "/a/:x"), ["/a/b", "/a/c"]), ["/a/b", "/a/:x"]);
    assert.deepEqual(await bodiesOf(createPatternApp("/a/:x/c", "/a/b/:y"), ["/a/b/c", "/a/b/d"]), [
      "/a/:x/c",
      "/a/b/:y",
    ]);
    assert.deepEqual(await bodiesOf(createPatternApp("/a/b/:y", "/a/:x/c"), ["/a/b/c", "/a/z/c"]), [
      "/a/b/:y",
      "/a/:x/c",
    ]);
  },

  "the first registered wins: typed, plain and rest segments in any order": async () => {
    const app = createPatternApp("/:n<uint>", "/:n<int>", "/:id<uuid>", "/x/*", "/:x", "/*");
    const uuid = "/0190b4e0-7f3a-7cc0-8000-0123456789ab";
    assert.deepEqual(await bodiesOf(app, ["/7", "/-7", uuid, "/x/", "/x", "/07", "/a/b"]), [
      "/:n<uint>",
      "/:n<int>",
      "/:id<uuid>",
      "/x/*",
      "/:x",
      "/:x",
      "/*",
    ]);
    assert.deepEqual(await bodiesOf(createPatternApp("/:n<int>/a", "/:n<uint>/:x"), ["/1/a", "/1/b", "/-1/b"]), [
      "/:n<int>/a",
      "/:n<uint>/:x",
      NONE,
    ]);
    assert.deepEqual(await bodiesOf(createPatternApp("/a/*", "/:x/b"), ["/a/b", "/c/b"]), ["/a/*", "/:x/b"]);
    assert.deepEqual(await bodiesOf(createPatternApp("/:x/b", "/a/*"), ["/a/b", "/a/c"]), ["/:x/b", "/a/*"]);
  },

  "the first registered wins: exotic against plain": async () => {
    assert.deepEqual(await bodiesOf(createPatternApp("/a/:x(\\d+)", "/a/:x"), ["/a/1", "/a/b"]), [
      "/a/:x(\\d+)",
      "/a/:x",
    ]);
    assert.deepEqual(await bodiesOf(createPatternApp("/a/:x/c", "/a/:x(\\d+)/*"), ["/a/1/c", "/a/1/d"]), [
      "/a/:x/c",
      "/a/:x(\\d+)/*",
    ]);
    assert.deepEqual(await bodiesOf(createPatternApp("/:x(\\d+)", "/1/:y", "/:x([a-z]+)"), ["/1", "/1/2", "/b"]), [
      "/:x(\\d+)",
      "/1/:y",
      "/:x([a-z]+)",
    ]);
    assert.deepEqual(await bodiesOf(createPatternApp("/a/b", "/:x(.*)"), ["/a/b", "/a/c", "/"]), [
      "/a/b",
      "/:x(.*)",
      "/:x(.*)",
    ]);
    assert.deepEqual(await bodiesOf(createPatternApp("/(a|b)", "/:x", "/(c|d)/e"), ["/a", "/c", "/c/e"]), [
      "/(a|b)",
      "/:x",
      "/(c|d)/e",
    ]);
  },

  "the router backtracks from a branch that does not lead to a route": async () => {
    const app = createPatternApp("/a/b/c/d", "/a/:x/c", "/:a/:b/:c/e", "/*");
    assert.deepEqual(await bodiesOf(app, ["/a/b/c/d", "/a/b/c", "/a/b/c/e", "/a/b/c/f", "/a/b"]), [
      "/a/b/c/d",
      "/a/:x/c",
      "/:a/:b/:c/e",
      "/*",
      "/*",
    ]);
  },

  "the URLPattern syntax works: groups, modifiers, expressions, several parameters in a segment": async () => {
    const table: Record<string, readonly [match: readonly string[], noMatch: readonly string[]]> = {
      "/a{/b}?": [
        ["/a", "/a/b"],
        ["/a/", "/a/b/b"],
      ],
      "/a{b}+": [["/ab", "/abb"], ["/a"]],
      "/a{b}*": [["/a", "/abb"], ["/b"]],
      "/:x+": [
        ["/a", "/a/b"],
        ["/", "/a/"],
      ],
      "/a/:x*": [["/a", "/a/b", "/a/b/c"], ["/a/"]],
      "/:x(\\d+)?": [["/1", ""], ["/a"]],
      "/:from-:to": [["/a-b", "/a-b-c"], ["/ab"]],
      "/:name.:ext": [["/a.b"], ["/ab"]],
      "/v:major(\\d+)/x": [["/v1/x"], ["/va/x", "/1/x"]],
      "/a/*/b": [["/a/x/b", "/a/x/y/b", "/a//b"], ["/a/b"]],
      "/a*": [["/a", "/ab", "/a/b"], ["/b"]],
      "/\\:x": [["/:x"], ["/a"]],
      "/a\\*": [["/a*"], ["/ab"]],
    };
    for (const [pattern, [match, noMatch]] of Object.entries(table)) {
      const app = createPatternApp(pattern);
      for (const path of match.filter((path) => path !== ""))
        assert.equal(await read(app, path), pattern, `${pattern} matches ${path}`);
      for (const path of noMatch) assert.equal(await read(app, path), NONE, `${pattern} does not match ${path}`);
    }
  },

  "a typed segment also works inside exotic syntax": async () => {
    const app = createPatternApp("/a/:n<int>{.json}?", "/b/:x(\\w+)/:n<uint>");
    assert.deepEqual(await bodiesOf(app, ["/a/1", "/a/-1.json", "/a/01.json", "/a/x", "/b/c/1", "/b/c/-1"]), [
      "/a/:n<int>{.json}?",
      "/a/:n<int>{.json}?",
      NONE,
      NONE,
      "/b/:x(\\w+)/:n<uint>",
      NONE,
    ]);
  },

  "methods match exactly, and OPTIONS needs a route of its own": async () => {
    const app = createPatternApp("/a");
    for (const method of ["OPTIONS", "POST"]) assert.equal((await send(app, "/a", { method })).status, 404);
  },

  "a long path is matched without excessive work": async () => {
    const app = createPatternApp("/:a/:b", "/a/:b/c", "/:a/b/d", "/a/*");
    assert.equal(await read(app, `/a${"/x".repeat(20_000)}`), "/a/*");
    assert.equal(await read(app, `/${"a".repeat(20_000)}/b`), "/:a/:b");
  },
};
