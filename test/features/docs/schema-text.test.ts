import { describe, expect, test } from "vitest";
import * as z from "zod";
import { writeSchema } from "../../../src/features/docs/schema-text.ts";
import type { JsonSchema } from "../../../src/web/contract/document.ts";

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

describe("a schema is written as", () => {
  test.each<[JsonSchema, string]>([
    [{}, "any value"],
    [{ type: "string" }, "string"],
    [{ type: "string", format: "uuid" }, "string (uuid)"],
    [{ type: "string", minLength: 1, maxLength: 200 }, "string (1 to 200 characters)"],
    [{ type: "string", minLength: 6, maxLength: 6 }, "string (6 characters)"],
    [{ type: "string", minLength: 8 }, "string (at least 8 characters)"],
    [{ type: "string", maxLength: 5, default: "" }, 'string (at most 5 characters; default "")'],
    [{ type: "integer", minimum: 1, maximum: 100, default: 20 }, "integer (1 to 100; default 20)"],
    [{ type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER }, "integer (at least 0)"],
    [{ type: "integer", minimum: -Number.MAX_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }, "integer"],
    [{ type: ["string", "null"] }, "string | null"],
    [{ enum: ["user", "admin"] }, '"user" | "admin"'],
    [{ const: 7 }, "7"],
    [{ anyOf: [{ type: "string" }, { type: "null" }] }, "string | null"],
    [{ oneOf: [ref("Cat"), ref("Dog")] }, "Cat | Dog"],
    [{ allOf: [ref("Cat"), ref("Dog")] }, "Cat & Dog"],
    [{ type: "array", items: ref("Note"), minItems: 1 }, "list of Note (at least 1 item)"],
    [{ type: "string", description: "A cursor" }, "string (A cursor)"],
    [{ type: "object" }, "{}"],
    [{ type: "object", additionalProperties: { type: "string" } }, "{\n  [other keys]: string\n}"],
    [{ type: "object", additionalProperties: {} }, "{\n  [other keys]: any value\n}"],
    [
      {
        type: "object",
        properties: { id: { type: "string" }, tags: { type: "object", properties: { a: {} } } },
        required: ["id"],
        additionalProperties: false,
      },
      "{\n  id: string\n  tags?: {\n    a?: any value\n  }\n}",
    ],
  ])("%j: %s", (schema, text) => {
    expect(writeSchema(schema)).toBe(text);
  });

  test("the text of a schema from zod", () => {
    const schema = z.toJSONSchema(z.object({ title: z.string().max(9), at: z.iso.datetime().nullable().optional() }));
    expect(writeSchema(schema as JsonSchema)).toBe(
      "{\n  title: string (at most 9 characters)\n  at?: string (date-time) | null\n}",
    );
  });
});
