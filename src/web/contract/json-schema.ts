/** Converts the zod schemas of routes to JSON Schema. */
import * as z from "zod";
import type { JsonSchema } from "./document.ts";

/** The schemas that others refer to, by name: the components of a document, collected while it is derived. */
export type SharedSchemas = Map<string, JsonSchema>;

/** Formats that are clearer than the patterns that zod adds to them. */
const FORMATS: readonly unknown[] = ["date-time", "uuid", "email"];

/**
 * Converts a schema. Refinements and transformations have no equivalent in JSON Schema, so the result may accept more.
 *
 * @param io `input` describes a request before defaults and transformations, `output` a response.
 * @param shared Receives the schemas with an id (`.meta({ id })`), those of requests with the suffix `Input`.
 * @returns The JSON Schema. A schema that is not from zod becomes one that accepts everything.
 * @throws If two different schemas have the same id, or if a schema without an id refers to itself.
 */
export function toJsonSchema(schema: unknown, io: "input" | "output", shared: SharedSchemas): JsonSchema {
  if (!isZod(schema)) return {};
  const known = conversions[io].get(schema) ?? convert(schema, io);
  conversions[io].set(schema, known);
  const { $defs = {}, ...own } = known;
  for (const [id, definition] of Object.entries($defs)) share(shared, io === "input" ? `${id}Input` : id, definition);
  return own;
}

/** Whether a client may leave out a value of this schema. */
export function isOptional(schema: unknown): boolean {
  return isZod(schema) && schema.isOptional();
}

/** The properties of an object schema, with the names of the required ones. */
export function propertiesOf(schema: JsonSchema, shared: SharedSchemas): Pick<JsonSchema, "properties" | "required"> {
  const { $ref } = schema;
  return ($ref === undefined ? schema : shared.get($ref.slice(REFERENCE.length))) ?? {};
}

type Conversion = JsonSchema & { readonly $defs?: Readonly<Record<string, JsonSchema>> };

/** A cache, since many routes have the same schemas, such as that of problems. */
const conversions = { input: new WeakMap<z.ZodType, Conversion>(), output: new WeakMap<z.ZodType, Conversion>() };

function convert(schema: z.ZodType, io: "input" | "output"): Conversion {
  const { $schema, ...converted } = z.toJSONSchema(schema, { io, unrepresentable: "any", override: simplify });
  return relocate(converted, io === "input" ? "Input" : "");
}

const REFERENCE = "#/components/schemas/";

function isZod(schema: unknown): schema is z.ZodType {
  return typeof schema === "object" && schema !== null && "_zod" in schema;
}

function simplify({ jsonSchema }: { readonly jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (FORMATS.includes(jsonSchema.format)) delete jsonSchema.pattern;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
}

/** Makes references point to the components of the document. Inside a JSON string, quotes are escaped and do not match. */
function relocate(converted: object, suffix: string): Conversion {
  const json = JSON.stringify(converted);
  if (/"\$ref":"#(?:"|\/\$defs\/__)/.test(json))
    throw new Error('A schema that refers to itself needs an id, such as .meta({ id: "Comment" })');
  return JSON.parse(json.replace(/"\$ref":"#\/\$defs\/([^"]+)"/g, `"$ref":"${REFERENCE}$1${suffix}"`));
}

function share(shared: SharedSchemas, name: string, schema: JsonSchema): void {
  const known = shared.get(name);
  if (known && JSON.stringify(known) !== JSON.stringify(schema))
    throw new Error(`Two different schemas of the API have the id "${name}". Rename one of them`);
  shared.set(name, schema);
}
