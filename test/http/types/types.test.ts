/** Pins what the types accept and refuse: every marked line of refused/ fails for its reason, and nothing else does. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Diagnostic, readDiagnostics, root, runTsc } from "./tsc.ts";

const here = "test/http/types";
const diagnostics = readDiagnostics(runTsc(here));

interface Refusal {
  readonly file: string;
  /** The line after the comment: the one that must not compile. */
  readonly line: number;
  readonly code: string;
  readonly reason: string;
}

function readRefusals(file: string): Refusal[] {
  const lines = readFileSync(join(root, file), "utf8").split("\n");
  return lines.flatMap((text, index) => {
    const reason = /^\s*\/\/ refused: (.+)$/.exec(text)?.[1];
    return reason ? [{ file, line: index + 2, code: lines[index + 1]?.trim() ?? "", reason }] : [];
  });
}

const refusals = readdirSync(join(root, here, "refused")).flatMap((name) => readRefusals(`${here}/refused/${name}`));

function isAt({ file, line }: Refusal) {
  return (diagnostic: Diagnostic) => diagnostic.file === file && diagnostic.line === line;
}

describe("what the types refuse", () => {
  test.each(refusals)("$file:$line $code", (refusal) => {
    const messages = diagnostics.filter(isAt(refusal)).map(({ message }) => message);
    expect(messages.join("\n")).toContain(refusal.reason);
  });
});

test("the core, without any runtime's types, and all of accepted.ts compile", () => {
  expect(diagnostics.filter(({ file }) => !file.startsWith(`${here}/refused/`))).toEqual([]);
});

test("no line of refused/ fails that is not marked", () => {
  const unmarked = diagnostics.filter((diagnostic) => !refusals.some((refusal) => isAt(refusal)(diagnostic)));
  expect(unmarked.filter(({ file }) => file.startsWith(`${here}/refused/`))).toEqual([]);
});

test("refused/ has its cases", () => {
  expect(refusals.length).toBeGreaterThanOrEqual(50);
});
