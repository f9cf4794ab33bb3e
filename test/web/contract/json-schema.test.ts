/** JSON Schema from the schemas of zod. */
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { isOptional, propertiesOf, type SharedSchemas, toJsonSchema } from "../../../src/web/contract/json-schema.ts";

const shared = (): SharedSchemas => new Map();
const convert = (schema: unknown, io: "input" | "output" = "output") => toJsonSchema(schema, io, shared());

const user = z.object({ id: z.uuid() }).meta({ id: "User" });

const outputs: Record<string, [schema: z.ZodType, expected: object]> = {
  "a format without zod's pattern": [z.iso.datetime(), { type: "string", format: "date-time" }],
  "a UUID": [z.uuid(), { type: "string", format: "uuid" }],
  "a pattern of our own": [z.string().regex(/^\d$/), { type: "string", pattern: "^\\d$" }],
  "an integer without the bounds of JavaScript": [z.int(), { type: "integer" }],
  "an integer with a bound": [z.int().min(1), { type: "integer", minimum: 1 }],
  "null as a type": [z.string().nullable(), { type: ["string", "null"] }],
  "an object without other members": [
    z.object({ a: z.string().optional() }),
    { type: "object", properties: { a: { type: "string" } }, additionalProperties: false },
  ],
  "a description": [z.boolean().describe("Yes."), { type: "boolean", description: "Yes." }],
};
test.each(Object.entries(outputs))("%s", (_, [schema, expected]) => {
  expect(convert(schema)).toEqual(expected);
});

const inputs: Record<string, [schema: z.ZodType, expected: object]> = {
  "a transformation is described by what it accepts": [
    z.string().max(9).transform(Number),
    { type: "string", maxLength: 9 },
  ],
  "a pipe, too": [z.string().transform(String).pipe(z.email()), { type: "string" }],
  "a refinement is left out": [z.string().refine(() => false), { type: "string" }],
  "a default makes a member optional": [
    z.object({ a: z.string().default("x") }),
    { type: "object", properties: { a: { type: "string", default: "x" } } },
  ],
  "a strict object refuses other members": [
    z.strictObject({}),
    { type: "object", properties: {}, additionalProperties: false },
  ],
};
test.each(Object.entries(inputs))("in a request, %s", (_, [schema, expected]) => {
  expect(convert(schema, "input")).toEqual(expected);
});

test.each([undefined, null, {}, { "~standard": { validate: () => ({}) } }])(
  "a schema of another library accepts everything (%#)",
  (schema) => expect(convert(schema)).toEqual({}),
);

describe("a schema with an id", () => {
  const definition = {
    type: "object",
    properties: { id: { type: "string", format: "uuid" } },
    required: ["id"],
    additionalProperties: false,
  };

  test("becomes a component, wherever it is used", () => {
    const components = shared();
    expect(toJsonSchema(user, "output", components)).toEqual({ $ref: "#/components/schemas/User" });
    expect(toJsonSchema(z.array(user), "output", components)).toMatchObject({
      items: { $ref: "#/components/schemas/User" },
    });
    expect(Object.fromEntries(components)).toEqual({ User: definition });
  });

  test("has another name in requests, where defaults and other members differ", () => {
    const components = shared();
    expect(toJsonSchema(user, "input", components)).toEqual({ $ref: "#/components/schemas/UserInput" });
    toJsonSchema(user, "output", components);
    expect([...components.keys()]).toEqual(["UserInput", "User"]);
  });

  test("may refer to itself", () => {
    const tree: z.ZodType = z
      .object({
        get children() {
          return z.array(tree);
        },
      })
      .meta({ id: "Tree" });
    const components = shared();
    toJsonSchema(tree, "output", components);
    expect(components.get("Tree")).toMatchObject({
      properties: { children: { items: { $ref: "#/components/schemas/Tree" } } },
    });
  });

  test("must be the only one with this id", () => {
    const components = shared();
    toJsonSchema(user, "output", components);
    const other = z.object({ name: z.string() }).meta({ id: "User" });
    expect(() => toJsonSchema(other, "output", components)).toThrow(
      'Two different schemas of the API have the id "User"',
    );
  });

  test("shows its properties to parameters", () => {
    const components = shared();
    expect(propertiesOf(toJsonSchema(user, "input", components), components)).toMatchObject({ required: ["id"] });
  });
});

test("a schema that refers to itself without an id is refused", () => {
  const tree: z.ZodType = z.object({
    get children() {
      return z.array(tree);
    },
  });
  expect(() => convert(tree)).toThrow("needs an id");
  expect(() => convert(z.object({ tree }))).toThrow("needs an id");
});

test("a text that looks like a reference stays", () => {
  const text = '"$ref":"#/$defs/User"';
  expect(convert(z.string().describe(text))).toEqual({ type: "string", description: text });
});

test.each([
  [z.object({}), false],
  [z.object({}).optional(), true],
  [z.object({}).default({}), true],
  [undefined, false],
])("tells whether a body may be absent (%#)", (schema, expected) => {
  expect(isOptional(schema)).toBe(expected);
});
