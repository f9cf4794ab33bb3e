/** Pins the types of the client: every marked line of refused.ts fails with its reason, and no other line fails. */
import { describe, expect, test } from "vitest";
import { isAt, readRefusals } from "../../../http/types/refusals.ts";
import { readDiagnostics, runTsc } from "../../../http/types/tsc.ts";

const here = "test/web/contract/types";
const diagnostics = readDiagnostics(runTsc(here));
const refusals = readRefusals(`${here}/refused.ts`);

describe("the types of the client refuse, with one error,", () => {
  test.each(refusals)("$file:$line $code", (refusal) => {
    const messages = diagnostics.filter(isAt(refusal)).map(({ message }) => message);
    expect(messages).toEqual([expect.stringContaining(refusal.reason)]);
  });
});

test("every other line compiles", () => {
  expect(diagnostics.filter((diagnostic) => !refusals.some((refusal) => isAt(refusal)(diagnostic)))).toEqual([]);
  expect(refusals.length).toBeGreaterThanOrEqual(20);
});
