/** Pins the types: every marked line of refused/ fails with its reason, and no other line fails. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isAt, readRefusals } from "./refusals.ts";
import { readDiagnostics, root, runTsc } from "./tsc.ts";

const here = "test/http/types";
const diagnostics = readDiagnostics(runTsc(here));

const refusals = readdirSync(join(root, here, "refused")).flatMap((name) => readRefusals(`${here}/refused/${name}`));

describe("the types reject, with one error,", () => {
  test.each(refusals)("$file:$line $code", (refusal) => {
    const messages = diagnostics.filter(isAt(refusal)).map(({ message }) => message);
    expect(messages).toEqual([expect.stringContaining(refusal.reason)]);
    expect(messages[0]).not.toContain("Consider adding 'undefined'");
  });
});

test("the core and accepted.ts compile without the types of any runtime", () => {
  expect(diagnostics.filter(({ file }) => !file.startsWith(`${here}/refused/`))).toEqual([]);
});

test("no unmarked line of refused/ fails", () => {
  const unmarked = diagnostics.filter((diagnostic) => !refusals.some((refusal) => isAt(refusal)(diagnostic)));
  expect(unmarked.filter(({ file }) => file.startsWith(`${here}/refused/`))).toEqual([]);
});

test("refused/ has at least 50 cases", () => {
  expect(refusals.length).toBeGreaterThanOrEqual(50);
});
