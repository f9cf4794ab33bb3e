/**
 * Holds src/http/README.md: its examples run, its outputs and errors are the real ones, and it names every export and
 * every set-up error. After a change, `npx vitest run test/http/readme.test.ts -u` writes the real outputs into it.
 */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { afterAll, describe, expect, test } from "vitest";
import { route, setup } from "../../src/http/index.ts";
import { serveExample } from "../runtimes/serve.ts";
import { exampleBelow, readExamples, withRealOutput } from "./readme/examples.ts";
import { createWorkspace, readExports } from "./readme/workspace.ts";
import { root } from "./types/tsc.ts";

const file = join(root, "src/http/README.md");
const readme = readFileSync(file, "utf8");
const examples = readExamples(readme);

/** The examples in the comments of the core. */
const sources = globSync("src/http/*.ts", { cwd: root }).map((path) => readFileSync(join(root, path), "utf8"));
const comments = sources.flatMap((source) => source.match(/(?<=@example\n)(?: \* .*\n)+/g) ?? []);

const workspace = createWorkspace();
afterAll(() => workspace.remove());
const exampleFiles = examples.map(({ code }, index) => workspace.add(`example-${index}.ts`, code));
const commentFiles = comments.map((comment, index) => {
  const code = comment.replaceAll(/^ \* /gm, "");
  return workspace.add(`comment-${index}.ts`, `interface User { readonly role: string }\n{\n${code}\n}\n`);
});
const isServer = (index: number) => /\b(listen|serve)\(/.test(examples[index]?.code ?? "");
const runnable = exampleFiles.filter((_, index) => !isServer(index));
const outcomes = workspace.outcomesOf([...exampleFiles, ...commentFiles], runnable);

/** The text below a heading, up to the next one of its kind. */
function sectionOf(heading: string): string {
  const [, below = ""] = readme.split(`\n## ${heading}\n`);
  const [section = ""] = below.split("\n## ");
  return section;
}

/** The code spans in the first column of the tables below a heading. */
function firstColumn(heading: string): string[] {
  const cells = Array.from(sectionOf(heading).matchAll(/^\| (`.+?`) \|/gm), ([, cell = ""]) => cell);
  return cells.flatMap((cell) => Array.from(cell.matchAll(/`(.+?)`/g), ([, name = ""]) => name));
}

test("every example compiles and runs, or fails, with exactly the output that the README states", async () => {
  await expect(withRealOutput(readme, outcomes)).toMatchFileSnapshot(file);
});

test("every block of TypeScript is an example, and every block of text belongs to one", () => {
  const count = (fence: string) => readme.split(`\n${fence}\n`).length - 1;
  expect(examples.length).toBeGreaterThanOrEqual(25);
  expect(count("```ts")).toBe(examples.length);
  expect(count("```text")).toBe(examples.filter(({ text }) => text !== undefined).length);
});

test("the examples in the comments of the core compile", () => {
  expect(comments.length).toBeGreaterThanOrEqual(5);
  expect(outcomes.slice(examples.length).flatMap(({ refusals }) => refusals)).toEqual([]);
});

test("the README lists exactly the exports of the core", () => {
  const { values, types } = readExports();
  expect(values.length).toBeGreaterThan(5);
  expect(firstColumn("Exports").toSorted()).toEqual([...values, ...types].toSorted());
});

test("the README shows each code of SetupError once, by an example that throws it", () => {
  const source = readFileSync(join(root, "src/http/setup-error.ts"), "utf8");
  const codes = Array.from(source.matchAll(/^ {2}\| "(\w+)"/gm), ([, code]) => code);
  const shown = Array.from(sectionOf("Set-up errors").matchAll(/^\/\/ {3}code: "(\w+)"$/gm), ([, code]) => code);
  expect(codes.length).toBeGreaterThan(3);
  expect(shown.toSorted()).toEqual(codes.toSorted());
});

test("the README shows the mistakes that do not compile, each below a comment that names it", () => {
  const mistakes = sectionOf("Mistakes that do not compile")
    .split(/^\/\/ (?=[A-Z`])(?!error)/m)
    .slice(1);
  expect(mistakes.length).toBeGreaterThanOrEqual(12);
  for (const mistake of mistakes) expect(mistake.split("// error TS")).toHaveLength(2);
});

describe("the table of path patterns", () => {
  const rows = Array.from(readme.matchAll(/^\| `(\/.*?)` \| `(\/.*?)` \| `(\{.*?\})` \| (.*?) \|$/gm));
  test("has its rows", () => expect(rows.length).toBeGreaterThanOrEqual(10));

  test.each(rows.map(([, ...cells]) => cells))(
    "%s matches %s",
    async (pattern = "", path = "", params = "", others = "") => {
      const app = setup([route.get(pattern, { resolve: (c) => Response.json(c.params) })]);
      const read = async (path: string) => (await app.fetch(new Request(`http://localhost${path}`))).text();
      expect(JSON.parse(await read(path))).toEqual(JSON.parse(params));
      const unmatched = Array.from(others.matchAll(/`(.*?)`/g), ([, other = ""]) => other);
      expect(unmatched.length).toBeGreaterThan(0);
      for (const other of unmatched) expect(await read(other), other).toBe("Not Found");
    },
  );
});

test("the links inside the README lead to its headings", () => {
  const slugOf = (heading: string) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w -]/g, "")
      .replaceAll(" ", "-");
  const slugs = new Set(Array.from(readme.matchAll(/^#+ (.*)$/gm), ([, heading = ""]) => slugOf(heading)));
  const links = Array.from(readme.matchAll(/\]\(#(.*?)\)/g), ([, slug = ""]) => slug);
  expect(links.filter((slug) => !slugs.has(slug))).toEqual([]);
  expect(links.length).toBeGreaterThan(10);
});

test("the example for Workers answers in workerd", async () => {
  const entry = join(workspace.folder, workspace.add("worker.ts", exampleBelow(readme, "### Workers")));
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, format: "esm", write: false });
  const contents = outputFiles[0]?.text ?? "";
  const manifest = {
    mainModule: "index.js",
    modulesRoot: "/",
    modules: { "index.js": { type: "esm", contents } },
  } as const;
  const env = { GREETING: { type: "text", value: "Hello" } } as const;
  const config = { name: "example", compatibilityDate: "2026-11-01", manifest, env };
  const miniflare = new Miniflare({ workers: [{ config }], cf: false, enableDevRegistry: false, logRequests: false });
  try {
    const response = await miniflare.dispatchFetch("http://localhost/");
    expect([await response.text(), response.headers.get("X-Greeting")]).toEqual(["Hello from the core", "Hello"]);
  } finally {
    await miniflare.dispose();
  }
});

test("the example for Node answers", () => {
  expect(serveExample("Node")).toBe("200 Hello from the core, 404 Not Found");
});
