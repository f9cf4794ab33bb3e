/** The workflows on GitHub, as far as their text shows it: what runs code of a pull request has no right to write. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
/** A fork may have others. */
const workflows = ["checks.yml", "long-tests.yml", "policy-diff.yml", "policy-comment.yml"].map((name) => ({
  name,
  text: readFileSync(join(root, ".github/workflows", name), "utf8"),
}));
const { scripts }: { scripts: Record<string, string> } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

function textOf(name: string): string {
  return workflows.find((workflow) => workflow.name === name)?.text ?? "";
}

/** The lines of a block that are deeper than its key. */
function blocksOf(text: string, key: RegExp): string[] {
  const lines = text.split("\n");
  return lines.flatMap((line, index) => {
    const [, indent = ""] = key.exec(line) ?? [undefined];
    if (!key.test(line)) return [];
    const rest = lines.slice(index + 1);
    const end = rest.findIndex((other) => other !== "" && !other.startsWith(`${indent.replaceAll("-", " ")}  `));
    return [[line, ...rest.slice(0, end < 0 ? undefined : end)].join("\n")];
  });
}
const commandsOf = (text: string) => blocksOf(text, /^( *(?:- )?)run: /);

describe.each(workflows)("$name", ({ text }) => {
  test("is indented by pairs of spaces, without tabs", () => {
    const indents = text
      .split("\n")
      .filter((line) => /^\s/.test(line))
      .map((line) => /^\s*/.exec(line)?.[0] ?? "");
    expect(indents.filter((indent) => indent.includes("\t") || indent.length % 2 > 0)).toEqual([]);
  });

  test("has its permissions once, for all jobs, and the actions of GitHub only", () => {
    expect(text.match(/permissions:/g)).toHaveLength(1);
    expect(text).toMatch(/^permissions:\n {2}/m);
    const actions = [...text.matchAll(/uses: (.*)/g)].map(([, action]) => action);
    expect(actions.length).toBeGreaterThan(1);
    expect(actions.filter((action) => !/^actions\/[a-z-]+@v\d+$/.test(action ?? ""))).toEqual([]);
  });

  test("puts no expression into a command, since a branch may have any name", () => {
    const commands = commandsOf(text);
    expect(commands.length).toBeGreaterThan(1);
    expect(commands.filter((command) => command.includes("${{"))).toEqual([]);
  });

  test("leaves no token in the checkout, and names commands that exist", () => {
    expect(text.match(/actions\/checkout@/g)).toHaveLength(1);
    expect(text).toMatch(/actions\/checkout@v\d+\n {8}with:\n(?: {10}.*\n)*? {10}persist-credentials: false\n/);
    const named = [...text.matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, name = ""]) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
    for (const [, path = ""] of text.matchAll(/node (scripts\/\S+)/g)) readFileSync(join(root, path));
  });
});

describe("policy-diff.yml, which runs code of a pull request,", () => {
  const text = textOf("policy-diff.yml");

  test("has the event without secrets, and may only read", () => {
    expect(text).toMatch(/^on: pull_request$/m);
    expect(blocksOf(text, /^()permissions:/)).toEqual(["permissions:\n  contents: read"]);
    expect(text).not.toMatch(/secrets|github\.token/);
  });
});

describe("policy-comment.yml, which may write,", () => {
  const text = textOf("policy-comment.yml");

  test("follows the other by its name", () => {
    const [, name] = /^name: (.*)$/m.exec(textOf("policy-diff.yml")) ?? [];
    expect(text).toContain(`workflows: [${name}]\n`);
  });

  test("may write to pull requests and nothing else", () => {
    const [permissions] = blocksOf(text, /^()permissions:/);
    expect(permissions?.match(/.*: write/g)).toEqual(["  pull-requests: write"]);
  });

  test("runs nothing of the pull request", () => {
    expect(text).not.toMatch(/\bref:|repository:|npm |npx |eval|pull_request_target/);
    expect(text).not.toMatch(/uses: actions\/(?!checkout@|setup-node@)/);
  });

  test("keeps the artifact outside of the checkout, and takes no number from it", () => {
    expect(text).toContain('--dir "$RUNNER_TEMP/policy-diff"');
    const reading = text.split("\n").filter((line) => line.includes("$RUNNER_TEMP/policy-diff"));
    expect(reading.map((line) => line.trim().split(" ").slice(0, 2).join(" "))).toEqual([
      "gh run",
      "node scripts/policy-comment.ts",
    ]);
  });

  test("finds its comment by the marker that the script writes", () => {
    const [, marker = "?"] =
      /const MARKER = "(.*)"/.exec(readFileSync(join(root, "scripts/policy-comment.ts"), "utf8")) ?? [];
    expect(text).toContain(`startswith("${marker}")`);
  });
});
