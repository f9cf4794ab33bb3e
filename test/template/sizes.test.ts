/** Holds the project's files to the template's limits, and each limit to files that exceed it by one line. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Rule, SourceFile } from "../house/rules.ts";
import * as sizes from "./sizes.ts";

const root = join(import.meta.dirname, "../..");
const paths = globSync(["src/index.ts", "src/http/**/*.ts", "test/routes.snap.txt", "README.md"], { cwd: root });
const tree = paths.map((path) => ({
  path: path.replaceAll("\\", "/"),
  text: readFileSync(join(root, path), "utf8"),
}));

interface Limit {
  readonly name: string;
  readonly rule: Rule;
  readonly files: readonly string[];
  readonly maxLines: number;
}

const limits: readonly Limit[] = [
  { name: "src/index.ts has fewer than 40 lines", rule: sizes.shortIndex, files: ["src/index.ts"], maxLines: 39 },
  {
    name: "src/http has at most 850 lines of code that runs",
    rule: sizes.smallHttp,
    files: ["src/http/a.ts", "src/http/b.ts"],
    maxLines: 850,
  },
  {
    name: "the printed policy has at most 130 lines",
    rule: sizes.shortPolicy,
    files: ["test/routes.snap.txt"],
    maxLines: 130,
  },
  { name: "README.md has at most 250 lines", rule: sizes.shortReadme, files: ["README.md"], maxLines: 250 },
];

/** So many lines, shared among the files. */
function spread(paths: readonly string[], lines: number): SourceFile[] {
  const share = Math.floor(lines / paths.length);
  const extra = lines - share * paths.length;
  return paths.map((path, index) => ({ path, text: "let x = 1;\n".repeat(share + (index === 0 ? extra : 0)) }));
}

describe.each(limits)("$name", ({ rule, files, maxLines }) => {
  test("accepts as many and refuses one more", () => {
    expect(rule(spread(files, maxLines))).toEqual([]);
    expect(rule(spread(files, maxLines + 1))).toHaveLength(1);
  });
});

test.each(limits)("$name: in this tree", ({ rule }) => {
  expect(rule(tree)).toEqual([]);
});

test("types, comments and empty lines of src/http do not count", () => {
  const types =
    'import type { A } from "./a.ts";\n/** A. */\ninterface B {\n  readonly a: A;\n}\n\n// B.\ntype C =\n  | A\n  | B;\n';
  const [code] = spread(["src/http/a.ts"], 850);
  expect(sizes.smallHttp([{ path: "src/http/a.ts", text: types + code?.text }])).toEqual([]);
});
