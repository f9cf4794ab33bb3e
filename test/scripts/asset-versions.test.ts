/** The versions of files that refer to each other, and what cannot be published. */
import { describe, expect, test } from "vitest";
import { versionFiles } from "../../scripts/asset-versions.ts";

type Site = Readonly<Record<string, string>>;

/** What is published, by path. */
async function publish(site: Site) {
  const files = await versionFiles(Object.entries(site).map(([path, text]) => ({ path, bytes: Buffer.from(text) })));
  return Object.fromEntries(
    files.map(({ path, bytes, version, modules }) => [path, { text: Buffer.from(bytes).toString(), version, modules }]),
  );
}

/** The text of `main`, with `#name` for the version of the file whose name, without its ending, is that. */
async function rewritten(main: string, text: string, others: readonly string[]): Promise<string | undefined> {
  const site = await publish({
    [main]: text,
    ...Object.fromEntries(others.map((path) => [path, `content of ${path}`])),
  });
  return others.reduce(
    (result, path) => result?.replaceAll(site[path]?.version ?? "none", "VERSION"),
    site[main]?.text,
  );
}

describe("a reference gets the version of its file", () => {
  test.each<[file: string, source: string, others: string[], expected: string]>([
    ["a.js", 'import { b } from "./b.js";', ["b.js"], 'import { b } from "./b.VERSION.js";'],
    ["a.js", "import './b.js'", ["b.js"], "import './b.VERSION.js'"],
    ["a.mjs", 'export * from "./b.mjs"', ["b.mjs"], 'export * from "./b.VERSION.mjs"'],
    ["a.js", 'const b = await import("./b.js")', ["b.js"], 'const b = await import("./b.VERSION.js")'],
    [
      "a.js",
      'import b from "./b.json" with { type: "json" }',
      ["b.json"],
      'import b from "./b.VERSION.json" with { type: "json" }',
    ],
    [
      "x/a.js",
      'import "../y/b.js"; import "./c.js"',
      ["y/b.js", "x/c.js"],
      'import "../y/b.VERSION.js"; import "./c.VERSION.js"',
    ],
    ["x/a.js", 'import "/static/b.js"', ["b.js"], 'import "/static/b.VERSION.js"'],
    ["a.js", 'import "./b.js"; import "./b.js"', ["b.js"], 'import "./b.VERSION.js"; import "./b.VERSION.js"'],
    ["a.js", 'const é = "🍵"; import "./b.js"', ["b.js"], 'const é = "🍵"; import "./b.VERSION.js"'],
    ["a.js", 'import "./b%20c.js"', ["b c.js"], 'import "./b%20c.VERSION.js"'],
    ["a.js", 'new URL("./b.wasm", import.meta.url)', ["b.wasm"], 'new URL("./b.VERSION.wasm", import.meta.url)'],
    [
      "a.js",
      "f(new URL('b.wasm?x#y', import.meta.url))",
      ["b.wasm"],
      "f(new URL('b.VERSION.wasm?x#y', import.meta.url))",
    ],
    ["a.js", "f(import.meta.url)", [], "f(import.meta.url)"],
    ["a.js", 'import "https://other.example/static/b.js"', ["b.js"], 'import "https://other.example/static/b.js"'],
    [
      "a.js",
      '// import "./none.js"\nf("import \'./none.js\'")',
      [],
      '// import "./none.js"\nf("import \'./none.js\'")',
    ],
    ["a.js", "f()\n//# sourceMappingURL=a.js.map", ["a.js.map"], "f()\n//# sourceMappingURL=a.js.map"],
    ["a.css", 'b { background: url("b.png") }', ["b.png"], 'b { background: url("b.VERSION.png") }'],
    ["a.css", "b { background: URL( 'b.png' ) }", ["b.png"], "b { background: URL( 'b.VERSION.png' ) }"],
    [
      "a.css",
      "b{background:url(b.png),url(c.svg#x)}",
      ["b.png", "c.svg"],
      "b{background:url(b.VERSION.png),url(c.VERSION.svg#x)}",
    ],
    ["x/a.css", "b{background:url(../y/b.png)}", ["y/b.png"], "b{background:url(../y/b.VERSION.png)}"],
    [
      "a.css",
      '@import "b.css" layer(x); @import url(c.css);',
      ["b.css", "c.css"],
      '@import "b.VERSION.css" layer(x); @import url(c.VERSION.css);',
    ],
    ["a.css", 'b { --icon: url("/static/b.svg#c") }', ["b.svg"], 'b { --icon: url("/static/b.VERSION.svg#c") }'],
    [
      "a.css",
      "@font-face{font-family:A;src:url(b.woff2)}",
      ["b.woff2"],
      "@font-face{font-family:A;src:url(b.VERSION.woff2)}",
    ],
    ["a.css", "b{background:image-set(url(b.png) 1x)}", ["b.png"], "b{background:image-set(url(b.VERSION.png) 1x)}"],
    ["a.css", "🍵{color:red} b{background:url(b.png)}", ["b.png"], "🍵{color:red} b{background:url(b.VERSION.png)}"],
    ["a.css", "@unknown { b{background:url(b.png)} }", ["b.png"], "@unknown { b{background:url(b.VERSION.png)} }"],
    [
      "a.css",
      "b{background:url(it's.png)} ".replace("'", "%27"),
      ["it's.png"],
      "b{background:url(it%27s.VERSION.png)} ",
    ],
    ["a.css", '/* url(none.png) */ b{content:"url(none.png)"}', [], '/* url(none.png) */ b{content:"url(none.png)"}'],
    ["a.css", "b{background:url(data:image/png;base64,AA)}", [], "b{background:url(data:image/png;base64,AA)}"],
    ["a.css", "b{fill:url(#c)}", [], "b{fill:url(#c)}"],
    [
      "a.css",
      "b{background:url(//other.example/static/b.png)}",
      ["b.png"],
      "b{background:url(//other.example/static/b.png)}",
    ],
    ["a.css", "b{background:url(/elsewhere/b.png)}", ["b.png"], "b{background:url(/elsewhere/b.png)}"],
    ["a.txt", 'import "./none.js"; url(none.png)', [], 'import "./none.js"; url(none.png)'],
  ])("%s: %s", async (file, source, others, expected) => {
    expect(await rewritten(file, source, others)).toBe(expected);
  });
});

describe("cannot be published:", () => {
  test.each<[file: string, source: string, message: string]>([
    ["a.js", "\nimport(name)", "public/a.js:2: import() needs a string"],
    ["a.js", 'import("./" + name)', "public/a.js:1: import() needs a string"],
    ["a.js", 'import "./none.js"', "public/a.js refers to none.js, which does not exist"],
    ["a.js", 'import "htmx.org"', 'public/a.js:1: "htmx.org" is the name of a package'],
    ["a.js", 'import "./\\u0061.js"', 'public/a.js:1: "./a.js" must be written without escapes'],
    ["a.js", '\n\nfetch("/static/data.json")', "public/a.js:3: An address in a string gets no version"],
    ["a.js", "image.src = `/static/` + name", "public/a.js:1: An address in a string gets no version"],
    ["a.css", "b{background:url(none.png)}", "public/a.css refers to none.png, which does not exist"],
    ["a.css", "\nb{--icon:url(a.css)}", "public/a.css:2: Ambiguous url('a.css') in custom property"],
    ["a.css", 'b{background:image-set("a.css" 1x)}', 'public/a.css:1: "a.css" gets no version'],
    ["a.css", "b{background:url(a\\.css)}", "public/a.css:1: a\\.css must be written without escapes"],
    ["a.css", '@import "none.css";', "public/a.css refers to none.css, which does not exist"],
  ])("%s with %j", async (file, source, message) => {
    await expect(publish({ [file]: source })).rejects.toThrow(message);
  });
});

describe("a version", () => {
  const GRAPH: Site = {
    "page.js": 'import "./row.js"; import "./send.js"; import("./rare.js")',
    "row.js": 'import "./size.js"',
    "send.js": "export {}",
    "size.js": "export {}",
    "rare.js": "export {}",
    "alone.js": "export {}",
    "style.css": "a{background:url(icon.svg)}",
    "icon.svg": "<svg/>",
  };

  test.each<[changed: string, affected: string[]]>([
    ["size.js", ["page.js", "row.js", "size.js"]],
    ["send.js", ["page.js", "send.js"]],
    ["rare.js", ["page.js", "rare.js"]],
    ["page.js", ["page.js"]],
    ["alone.js", ["alone.js"]],
    ["icon.svg", ["icon.svg", "style.css"]],
  ])("of every file that depends on %s changes with it, and of no other", async (changed, affected) => {
    const [before, after] = [await publish(GRAPH), await publish({ ...GRAPH, [changed]: `${GRAPH[changed]} ` })];
    const different = Object.keys(GRAPH).filter((path) => before[path]?.version !== after[path]?.version);
    expect(different.sort()).toEqual(affected);
  });

  test("does not depend on the order of the files", async () => {
    const reversed = Object.fromEntries(Object.entries(GRAPH).toReversed());
    const [one, other] = [await publish(GRAPH), await publish(reversed)];
    for (const path of Object.keys(GRAPH)) expect(other[path]).toEqual(one[path]);
  });

  const CYCLE: Site = {
    "a.js": 'import "./b.js"; import "./leaf.js"',
    "b.js": 'import "./c.js"',
    "c.js": 'import "./a.js"',
    "self.js": 'import "./self.js"',
    "leaf.js": "export {}",
    "top.js": 'import "./c.js"',
  };

  test("of files in a cycle covers all of them, and each names the versions of the others", async () => {
    const before = await publish(CYCLE);
    for (const [from, to] of [
      ["a", "b"],
      ["b", "c"],
      ["c", "a"],
      ["self", "self"],
      ["a", "leaf"],
      ["top", "c"],
    ])
      expect(before[`${from}.js`]?.text).toContain(`"./${to}.${before[`${to}.js`]?.version}.js"`);
    expect(new Set(Object.values(before).map(({ version }) => version)).size).toBe(Object.keys(CYCLE).length);
    for (const [changed, affected] of [
      ["b.js", ["a.js", "b.js", "c.js", "top.js"]],
      ["leaf.js", ["a.js", "b.js", "c.js", "leaf.js", "top.js"]],
      ["self.js", ["self.js"]],
      ["top.js", ["top.js"]],
    ] as const) {
      const after = await publish({ ...CYCLE, [changed]: `${CYCLE[changed]} ` });
      expect(
        Object.keys(CYCLE)
          .filter((path) => before[path]?.version !== after[path]?.version)
          .sort(),
      ).toEqual(affected);
    }
  });

  test("comes with all modules that a browser loads before it runs one", async () => {
    const site = await publish({ ...GRAPH, ...CYCLE });
    expect(site["page.js"]?.modules.toSorted()).toEqual(["row.js", "send.js", "size.js"]);
    expect(site["a.js"]?.modules.toSorted()).toEqual(["b.js", "c.js", "leaf.js"]);
    for (const path of ["self.js", "leaf.js", "style.css"]) expect(site[path]?.modules).toEqual([]);
  });
});
