/** Parsing a printed policy gives back what was printed, whatever names, details, paths and reasons contain. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readLimitConfig } from "../../scripts/limit-config.ts";
import { PolicyTextError, type PrintedPolicy, parsePolicy } from "../../scripts/policy-parse.ts";
import { formatPolicy } from "../../scripts/policy-text.ts";
import { app, facts } from "../../src/app.ts";
import { describeApp } from "../../src/web/app/policy.ts";
import wrangler from "../../wrangler.toml?raw";
import { anyExceptions, anyPolicy, anyRoute, sortLimits, text, toPrinted } from "./any-policy.ts";

const own = describeApp(app, readLimitConfig(wrangler));

function read(printed: string): PrintedPolicy {
  const policy = parsePolicy(printed);
  return { ...policy, limits: sortLimits(policy.limits) };
}

test("the app's own policy is read as it was printed", () => {
  expect(own.routes.length).toBeGreaterThan(2);
  const policy = read(formatPolicy(own, facts.exceptions));
  expect(policy.limits.length).toBeGreaterThan(2);
  expect(policy).toEqual(toPrinted(own, facts.exceptions));
});

test("a text from before limits were printed is read", () => {
  const before = formatPolicy(describeApp(app), facts.exceptions);
  expect(before).not.toContain("\nLIMITS\n");
  expect(parsePolicy(before)).toEqual({ ...toPrinted(own, facts.exceptions), limits: [] });
});

test("any policy is read as it was printed, also from a file", () => {
  const property = fc.property(anyPolicy, anyExceptions, (policy, exceptions) => {
    const printed = formatPolicy(policy, exceptions);
    const stored = new TextDecoder().decode(new TextEncoder().encode(printed));
    expect(read(stored)).toEqual(toPrinted(policy, exceptions));
  });
  fc.assert(property, { numRuns: 500 });
});

test("a route is one line of visible characters, and an exception and a limit, too", () => {
  const property = fc.property(anyRoute, text, (route, reason) => {
    const exceptions = { unauthenticated: { [`POST ${route.path}`]: reason }, unlimited: {} };
    const hooks = { onRequest: [], onResponse: [], onError: [], onSend: [] };
    const lines = formatPolicy({ hooks, routes: [route] }, exceptions).split("\n");
    const { limits } = toPrinted({ hooks, routes: [route] }, exceptions);
    expect(lines).toHaveLength(12 + (limits.length && limits.length + 2));
    expect(lines.join("")).not.toMatch(/(?! )[\p{C}\p{Z}]/u);
  });
  fc.assert(property);
});

const GOOD = formatPolicy(own, facts.exceptions);
const LIMITS = GOOD.split("\n").indexOf("LIMITS") + 1;
const changeLimit = (numbers: string) => GOOD.replace(/(?<=LIMITS\n).*/, `rateLimit(account)  ${numbers}`);

describe("a text that is not a printed policy is refused, with the number of the line:", () => {
  test.each([
    ["an empty file", "", 1],
    ["a conflict", GOOD.replace("APP-LEVEL", "<<<<<<< HEAD\nAPP-LEVEL"), 1],
    ["a conflict among the routes", GOOD.replace("\nGET, HEAD  /health ", "\n=======\nGET, HEAD  /health "), 12],
    ["Windows line ends", GOOD.replaceAll("\n", "\r\n"), 1],
    ["other columns", GOOD.replace("METHODS ", "METHOD "), 7],
    ["another hook", GOOD.replace("onError ", "onWrong "), 4],
    ["hooks of two cells", GOOD.replace("onError     handleError", "onError     handleError  more"), 4],
    ["a route cut short", GOOD.replace(/(?<=\n)(GET, HEAD {2}\/static\/\* *CORS).*/, "$1"), 9],
    ["another word for CORS", GOOD.replace("  CORS  -", "  cors  -"), 9],
    ["an input that does not exist", GOOD.replace("  CORS  -    ", "  CORS  head "), 9],
    ["a guard that is not closed", GOOD.replace("rateLimit(address)", "rateLimit(address"), 8],
    ["a guard without a name", GOOD.replace("rateLimit(address)", " → "), 8],
    ["a cell after the guards", GOOD.replace("rateLimit(address)", "rateLimit(address)  onSend: a"), 8],
    ["an escape that is not a character", GOOD.replace("/static/*", "\\u{ffffff}"), 9],
    ["a limit without a number", changeLimit("requests per 60 s"), LIMITS + 1],
    ["a limit without a unit and a window", changeLimit("five"), LIMITS + 1],
    ["a limit of more cells", changeLimit("5 requests  per 60 s"), LIMITS + 1],
    ["a limit of no guard", GOOD.replace("LIMITS\nrateLimit(", "LIMITS\nrateLimit*("), LIMITS + 1],
    ["a limit of a list of guards", GOOD.replace("LIMITS\nrateLimit", "LIMITS\na → rateLimit"), LIMITS + 1],
    [
      "a limit of a guard with a phase",
      GOOD.replace("LIMITS\nrateLimit(account) ", "LIMITS\nrateLimit(account)*"),
      LIMITS + 1,
    ],
    ["limits twice", GOOD.replace("\nLIMITS\n", "\nLIMITS\na  5\n\nLIMITS\n"), LIMITS + 3],
    [
      "an unknown section",
      GOOD.replace("WITHOUT A LIMIT", "WITHOUT A REASON"),
      GOOD.split("\n").indexOf("WITHOUT A LIMIT") + 1,
    ],
    [
      "an exception without a path",
      GOOD.replace(/(?<=WITHOUT A LIMIT\n).*/, "GET"),
      GOOD.split("\n").indexOf("WITHOUT A LIMIT") + 2,
    ],
    ["a line after the end", `${GOOD}more\n`, GOOD.split("\n").length],
  ])("%s", (_, broken, line) => {
    expect(broken).not.toBe(GOOD);
    expect(() => parsePolicy(broken)).toThrow(PolicyTextError);
    expect(() => parsePolicy(broken)).toThrow(`Line ${line} is not a line of a policy: `);
  });
});

test("a limit may be any number of any unit, and in a file that a person has aligned otherwise", () => {
  for (const numbers of ["5 requests per 60 s", "   5 requests per 60 s"])
    expect(parsePolicy(changeLimit(numbers)).limits[0]).toEqual({
      guard: "rateLimit",
      name: "account",
      max: 5,
      unit: "requests",
      windowSeconds: 60,
    });
});

test("names that would look like something else are escaped, and common ones are not", () => {
  const guard = (name: string, detail?: string) =>
    ({ name, phase: "head", denies: [], ...(detail && { detail }) }) as const;
  const guards = [
    guard("-"),
    guard("(anonymous)"),
    guard("a*", "x → y, (z)"),
    guard("a(b)"),
    guard("bound f", "/\\d+/"),
  ];
  const [route] = describeApp(app).routes;
  if (!route) throw new Error("The app has no routes.");
  const hooks = { onRequest: [], onResponse: [], onError: [], onSend: [] };
  const printed = formatPolicy({ hooks, routes: [{ ...route, guards }] }, { unauthenticated: {}, unlimited: {} });
  expect(printed).toContain(
    String.raw`  \u{2d} → (anonymous) → a\u{2a}(x \u{2192} y, (z)) → a\u{28}b\u{29} → bound f(/\d+/)`,
  );
});
