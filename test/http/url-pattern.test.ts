/** The router against native URLPattern, on random patterns and tables. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { route, SetupError, setup } from "../../src/http/index.ts";
import { type Answer, expectedParams, firstMatch, parses } from "./oracle.ts";
import { EXOTIC, type Made, made, type Piece, PLAIN, TYPED } from "./random-pattern.ts";

/** An app whose routes answer with their pattern and raw params. Throws what `setup` throws. */
function createApp(patterns: readonly string[]) {
  let answer: Answer | undefined;
  const handlers = patterns.map((pattern) =>
    route.get(pattern, {
      resolve: (c) => {
        answer = { pattern, params: { ...c.raw.params } };
        return new Response();
      },
    }),
  );
  const app = setup(handlers);
  return async (path: string): Promise<Answer | undefined> => {
    answer = undefined;
    await app.fetch(new Request(`http://localhost${path}`));
    return answer;
  };
}

/** The code with which `setup` refuses a table; undefined where it takes it. */
function refusal(patterns: readonly string[]): string | undefined {
  try {
    createApp(patterns);
    return undefined;
  } catch (error) {
    if (error instanceof SetupError) return error.code;
    throw error;
  }
}

/** The patterns that `setup` takes behind each other, and those that it refuses with all that stood before them. */
function admit(patterns: readonly string[]) {
  const taken: string[] = [];
  const refused: { readonly pattern: string; readonly before: readonly string[] }[] = [];
  for (const pattern of patterns) {
    if (!parses(pattern)) continue;
    if (refusal([...taken, pattern]) === undefined) taken.push(pattern);
    else refused.push({ pattern, before: [...taken] });
  }
  return { taken, refused };
}

/** Counts matches and others, so that a test can tell that it saw enough of both. */
function createTally() {
  const seen = { matches: 0, others: 0 };
  const count = (matched: unknown) => (matched ? seen.matches++ : seen.others++);
  const expectBoth = (least: number) => {
    expect(seen.matches).toBeGreaterThan(least);
    expect(seen.others).toBeGreaterThan(least);
  };
  return { count, expectBoth };
}

async function compareOne({ pattern, paths }: Made, count: (matched: unknown) => void): Promise<void> {
  if (!parses(pattern)) return expect(refusal([pattern])).toBe("pattern_invalid");
  const ask = createApp([pattern]);
  for (const path of paths) {
    const expected = firstMatch([pattern], path);
    count(expected);
    expect(await ask(path), `${pattern} on ${path}`).toEqual(expected);
  }
}

test("a plain pattern matches what URLPattern matches, with the same parameters", async () => {
  const { count, expectBoth } = createTally();
  await fc.assert(
    fc.asyncProperty(made(PLAIN), (one) => compareOne(one, count)),
    { numRuns: 3000 },
  );
  expectBoth(1000);
});

test("an exotic pattern matches what URLPattern matches, with the same parameters", async () => {
  const { count, expectBoth } = createTally();
  await fc.assert(
    fc.asyncProperty(made([...EXOTIC, ...PLAIN]), (one) => compareOne(one, count)),
    { numRuns: 3000 },
  );
  expectBoth(1000);
});

test("a typed segment matches where the segment has its form", async () => {
  const { count, expectBoth } = createTally();
  await fc.assert(
    fc.asyncProperty(made([...TYPED, ...TYPED, ...PLAIN]), (one) => compareOne(one, count)),
    { numRuns: 2000 },
  );
  expectBoth(700);
});

test("of a table's routes the first registered that URLPattern matches answers", async () => {
  const { count, expectBoth } = createTally();
  const tables = fc.array(made([...PLAIN, ...PLAIN, ...TYPED, ...EXOTIC], 2), { minLength: 2, maxLength: 7 });
  const property = fc.asyncProperty(tables, async (table) => {
    const { taken } = admit(table.map(({ pattern }) => pattern));
    const ask = createApp(taken);
    for (const path of table.flatMap(({ paths }) => paths)) {
      const expected = firstMatch(taken, path);
      count(expected);
      expect(await ask(path), `${taken.join(" ")} on ${path}`).toEqual(expected);
    }
  });
  await fc.assert(property, { numRuns: 700 });
  expectBoth(700);
});

test("a route that setup refuses as duplicate or unreachable is first for no path", () => {
  const { count, expectBoth } = createTally();
  const small: readonly Piece[] = [...PLAIN.slice(0, 3), ...PLAIN.slice(-1), ...TYPED, ...EXOTIC.slice(0, 6)];
  const tables = fc.array(made(small, 1), { minLength: 3, maxLength: 7 });
  const property = fc.property(tables, (table) => {
    const { refused } = admit(table.map(({ pattern }) => pattern));
    const paths = table.flatMap((one) => one.paths);
    for (const { pattern, before } of refused) {
      for (const path of paths) {
        const matched = expectedParams(pattern, path);
        count(matched);
        if (matched) expect(firstMatch(before, path), `${pattern} behind ${before.join(" ")} on ${path}`).toBeDefined();
      }
    }
  });
  fc.assert(property, { numRuns: 700 });
  expectBoth(500);
});
