/** Makes a sample value for a JSON Schema, for the curl line of an operation. */
import type { JsonSchema } from "../../web/contract/document.ts";
import { nameOf } from "./schema-text.ts";

type Schemas = Readonly<Record<string, JsonSchema>>;

/** Samples by format. For other strings, a word is repeated until it is long enough. */
const SAMPLES: Readonly<Record<string, string>> = {
  email: "ada@example.com",
  uuid: "00000000-0000-0000-0000-000000000000",
  "date-time": "2030-01-01T00:00:00.000Z",
  uri: "https://example.com/",
};

const WORD = "text";

/**
 * Makes a minimal value, which has only the required members. An example in the schema takes precedence.
 *
 * @param schemas The schemas that references point to, by name.
 */
export function sampleOf(schema: JsonSchema, schemas: Schemas): unknown {
  const { $ref, examples, const: constant, enum: values, anyOf, oneOf, allOf, type } = schema;
  if ($ref !== undefined) return sampleOf(schemas[nameOf($ref)] ?? {}, schemas);
  if (examples && examples.length > 0) return examples[0];
  if (constant !== undefined) return constant;
  if (values) return values[0];
  const [first] = anyOf ?? oneOf ?? allOf ?? [];
  if (first) return sampleOf(first, schemas);
  switch (typeof type === "object" ? type[0] : type) {
    case "object":
      return sampleObject(schema, schemas);
    case "array":
      return Array.from({ length: schema.minItems ?? 0 }, () => sampleOf(schema.items ?? {}, schemas));
    case "integer":
    case "number":
      return Math.max(schema.minimum ?? 1, Math.min(1, schema.maximum ?? 1));
    case "boolean":
      return true;
    case "null":
      return null;
    default:
      return sampleText(schema);
  }
}

function sampleObject({ properties = {}, required = [] }: JsonSchema, schemas: Schemas): unknown {
  return Object.fromEntries(required.map((key) => [key, sampleOf(properties[key] ?? {}, schemas)]));
}

function sampleText({ format = "", minLength = 0, maxLength = Number.POSITIVE_INFINITY }: JsonSchema): string {
  const sample = SAMPLES[format] ?? WORD;
  return sample.repeat(Math.max(1, Math.ceil(minLength / sample.length))).slice(0, maxLength);
}
