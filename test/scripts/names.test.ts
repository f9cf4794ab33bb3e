/** The names of a feature in every spelling. */
import { describe, expect, test } from "vitest";
import {
  refuseName,
  toCamel,
  toPascal,
  toSentence,
  toSingular,
  toSnake,
  toTitle,
  toWords,
} from "../../scripts/scaffold/names.ts";

test.each([
  ["notes", "notes", "Notes", "notes", "notes", "Notes", "Notes"],
  ["short-links", "shortLinks", "ShortLinks", "short_links", "short links", "Short links", "Short Links"],
  ["a-2-b", "a2B", "A2B", "a_2_b", "a 2 b", "A 2 b", "A 2 B"],
])("%s is spelled as code, SQL and text need it", (kebab, ...spelled) => {
  expect([toCamel, toPascal, toSnake, toWords, toSentence, toTitle].map((spell) => spell(kebab))).toEqual(spelled);
});

const PLURALS: Readonly<Record<string, string>> = {
  invoices: "invoice",
  "short-links": "short-link",
  categories: "category",
  days: "day",
  addresses: "address",
  boxes: "box",
  branches: "branch",
  dishes: "dish",
  houses: "house",
  expenses: "expense",
  heroes: "hero",
  "tv-series": "tv-series",
  people: "person",
  cookies: "cookie",
  statuses: "status",
  status: "status",
  "my-address": "my-address",
  analysis: "analysis",
  inventory: "inventory",
};
test.each(Object.entries(PLURALS))("one of %s is called %s", (many, one) => expect(toSingular(many)).toBe(one));

describe("a name", () => {
  test.each(["notes", "short-links", "a", "v2", "a".repeat(40)])("can be %s", (name) => {
    expect(refuseName(name)).toBeUndefined();
  });
  test.each(["", "Notes", "short_links", "short links", "-a", "a-", "a--b", "2fa", "é", "a/b", ".", "a".repeat(41)])(
    "cannot be %j",
    (name) => expect(refuseName(name)).toMatch(/^“.*” is .*\.$/),
  );
});
