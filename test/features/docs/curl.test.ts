import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { writeCurl } from "../../../src/features/docs/curl.ts";
import { sampleOf } from "../../../src/features/docs/sample.ts";
import type { JsonSchema, Operation } from "../../../src/web/contract/document.ts";
import { SECURITY_SCHEMES } from "../../../src/web/contract/security.ts";

const ORIGIN = "https://example.com";
const operation = (given: Partial<Operation>): Operation => ({ operationId: "x", responses: {}, ...given });
const json = (schema: JsonSchema) => ({ content: { "application/json": { schema } } });

describe("an operation as a command", () => {
  test.each<[method: string, path: string, given: Partial<Operation>, command: string]>([
    ["GET", "/health", {}, "curl 'https://example.com/health'"],
    [
      "DELETE",
      "/a/{id}",
      { parameters: [{ name: "id", in: "path", required: true, schema: { type: "integer" } }] },
      "curl -X DELETE 'https://example.com/a/1'",
    ],
    [
      "GET",
      "/a/{name}",
      { parameters: [{ name: "name", in: "path", required: true, schema: { examples: ["a b/ü'"] } }] },
      "curl 'https://example.com/a/a%20b%2F%C3%BC'\\'''",
    ],
    [
      "GET",
      "/a",
      {
        parameters: [
          { name: "q", in: "query", schema: { type: "string" } },
          { name: "page", in: "query", required: true, schema: { type: "integer", minimum: 3 } },
          { name: "If-Match", in: "header", required: true, schema: { examples: ["*"] } },
          { name: "Range", in: "header", schema: { type: "string" } },
        ],
      },
      "curl 'https://example.com/a?page=3' -H 'If-Match: *'",
    ],
    [
      "GET",
      "/a",
      { security: [{ token: [] }, { session: [] }] },
      `curl 'https://example.com/a' -H "Authorization: Bearer $TOKEN"`,
    ],
    ["GET", "/a", { security: [{ key: ["a:read"] }] }, `curl 'https://example.com/a' -H "X-API-Key: $KEY"`],
    [
      "GET",
      "/ws",
      { parameters: [{ name: "Upgrade", in: "header", required: true }], responses: { 101: { description: "" } } },
      "curl -i -N 'https://example.com/ws' -H 'Connection: Upgrade' -H 'Upgrade: websocket' -H 'Sec-WebSocket-Version: 13' -H 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='",
    ],
    [
      "POST",
      "/a",
      {
        requestBody: json({
          type: "object",
          properties: { name: { examples: ["it's"] }, more: {} },
          required: ["name"],
        }),
      },
      `curl -X POST 'https://example.com/a' -H 'Content-Type: application/json' -d '{"name":"it'\\''s"}'`,
    ],
    [
      "POST",
      "/a",
      { requestBody: { content: { "multipart/form-data": {} } } },
      "curl -X POST 'https://example.com/a' -F file=@README.md",
    ],
    [
      "PUT",
      "/a",
      { requestBody: { content: { "*/*": {} } } },
      "curl -X PUT 'https://example.com/a' --data-binary @README.md",
    ],
  ])("%s %s %j", (method, path, given, command) => {
    expect(
      writeCurl({ method, path, operation: operation(given) }, ORIGIN, {
        schemas: {},
        securitySchemes: SECURITY_SCHEMES,
      }),
    ).toBe(command);
  });
});

describe("a sample is valid for", () => {
  const valid = (schema: z.ZodType) => {
    const { $defs = {}, ...json } = z.toJSONSchema(schema, { io: "input" }) as JsonSchema & {
      $defs?: Record<string, JsonSchema>;
    };
    const result = schema.safeParse(sampleOf(json, $defs));
    expect(result.error?.issues ?? []).toEqual([]);
  };

  test.each([
    ["an object with optional members", z.strictObject({ a: z.string(), b: z.int().optional() })],
    ["formats", z.object({ a: z.uuid(), b: z.email(), c: z.iso.datetime(), d: z.url() })],
    ["an enumeration", z.enum(["a", "b"])],
    ["a union", z.union([z.literal(3), z.string()])],
    ["null", z.null()],
    ["a list with a minimum", z.array(z.boolean()).min(2)],
    ["a schema that is referred to", z.object({ pet: z.object({ name: z.string() }).meta({ id: "Pet" }) })],
    [
      "a pattern with an example",
      z
        .string()
        .regex(/^\d{4}$/)
        .meta({ examples: ["2030"] }),
    ],
  ])("%s", (_, schema) => valid(schema));

  test("any bounds", () => {
    const bounds = fc.tuple(fc.nat(60), fc.nat(60)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
    fc.assert(fc.property(bounds, ([min, max]) => valid(z.string().min(min).max(max))));
    fc.assert(
      fc.property(bounds, ([min, max]) =>
        valid(
          z
            .int()
            .min(min - 30)
            .max(max - 30),
        ),
      ),
    );
  });
});
