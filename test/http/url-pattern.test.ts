/** Compares the router with native URLPattern on random patterns and tables. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { route, SetupError, setup } from "../../src/http/index.ts";
import { expectedParams, firstMatch, type Match, parses } from "./oracle.ts";
import { EXOTIC, type PatternCase, type Piece, PLAIN, patternCase, TYPED } from "./random-pattern.ts";

/** An app that reports the pattern and raw params of the route that matches. Throws if `setup` throws. */
function createApp(patterns: readonly string[]) {
  let match: Match | undefined;
  const handlers = patterns.map((pattern) =>
    route.get(pattern, {
      resolve: (c) => {
        match = { pattern, params: { ...c.raw.params } };
        return new Response();
      },
    }),
  );
  const app = setup(handlers);
  return async (path: string): Promise<Match | undefined> => {
    match = undefined;
    await app.fetch(new Request(`http://localhost${path}`));
    return match;
  };
}

/** The code of the error that `setup` throws for a table. Undefined if it accepts the table. */
function refusal(patterns: readonly string[]): string | undefined {
  try {
    createApp(patterns);
    return undefined;
  } catch (error) {
    if (error instanceof SetupError) return error.code;
    throw error;
  }
}

/** Splits patterns into those that `setup` accepts in order, and those that it refuses, each with the accepted ones before it. */
function admit(patterns: readonly string[]) {
  const accepted: string[] = [];
  const refused: { readonly pattern: string; readonly before: readonly string[] }[] = [];
  for (const pattern of patterns) {
    if (!parses(pattern)) continue;
    if (refusal([...accepted, pattern]) === undefined) accepted.push(pattern);
    else refused.push({ pattern, before: [...accepted] });
  }
  return { accepted, refused };
}

/** Counts matching and other paths, so that a test can check that it saw enough of both. */
function createTally() {
  const seen = { matches: 0, others: 0 };
  const count = (matched: unknown) => (matched ? seen.matches++ : seen.others++);
  const expectBoth = (least: number) => {
    expect(seen.matches).toBeGreaterThan(least);
    expect(seen.others).toBeGreaterThan(least);
  };
  return { count, expectBoth };
}

async function compareOne({ pattern, paths }: PatternCase, count: (matched: unknown) => void): Promise<void> {
  if (!parses(pattern)) return expect(refusal([pattern])).toBe("pattern_invalid");
  const matchOf = createApp([pattern]);
  for (const path of paths) {
    const expected = firstMatch([pattern], path);
    count(expected);
    expect(await matchOf(path), `${pattern} on ${path}`).toEqual(expected);
  }
}

test("a plain pattern matches what URLPattern matches, with the same parameters", async () => {
  const { count, expectBoth } = createTally();
  await fc.assert(
    fc.asyncProperty(patternCase(PLAIN), (one) => compareOne(one, count)),
    { numRuns: 3000 },
  );
  expectBoth(1000);
});

test("an exotic pattern matches what URLPattern matches, with the same parameters", async () => {
  const { count, expectBoth } = createTally();
  await fc.assert(
    fc.asyncProperty(patternCase([...EXOTIC, ...PLAIN]), (one) => compareOne(one, count)),
    { numRuns: 3000 },
  );
  expectBoth(1000);
});

test("a typed segment matches exactly the segments of its form", async () => {
  const { count, expectBoth } = createTally();
  await fc.assert(
    fc.asyncProperty(patternCase([...TYPED, ...TYPED, ...PLAIN]), (one) => compareOne(one, count)),
    { numRuns: 2000 },
  );
  expectBoth(700);
});

test("in a table, the first registered route that URLPattern matches is taken", async () => {
  const { count, expectBoth } = createTally();
  const tables = fc.array(patternCase([...PLAIN, ...PLAIN, ...TYPED, ...EXOTIC], 2), { minLength: 2, maxLength: 7 });
  const property = fc.asyncProperty(tables, async (table) => {
    const { accepted } = admit(table.map(({ pattern }) => pattern));
    const matchOf = createApp(accepted);
    for (const path of table.flatMap(({ paths }) => paths)) {
      const expected = firstMatch(accepted, path);
      count(expected);
      expect(await matchOf(path), `${accepted.join(" ")} on ${path}`).toEqual(expected);
    }
  });
  await fc.assert(property, { numRuns: 700 });
  expectBoth(700);
});

test("a route that setup rejects as duplicate or unreachable is the first match of no path", () => {
  const { count, expectBoth } = createTally();
  const small: readonly Piece[] = [...PLAIN.slice(0, 3), ...PLAIN.slice(-1), ...TYPED, ...EXOTIC.slice(0, 6)];
  const tables = fc.array(patternCase(small, 1), { minLength: 3, maxLength: 7 });
  const property = fc.property(tables, (table) => {
    const { refused } = admit(table.map(({ pattern }) => pattern));
    const paths = table.flatMap((one) => one.paths);
    for (const { pattern, before } of refused) {
      for (const path of paths) {
        const matched = expectedParams(pattern, path);
        count(matched);
        if (matched) expect(firstMatch(before, path), `${pattern} after ${before.join(" ")} on ${path}`).toBeDefined();
      }
    }
  });
  fc.assert(property, { numRuns: 700 });
  expectBoth(500);
});
