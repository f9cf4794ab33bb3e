/** Writes a JSON Schema as a short text that people can read, in the notation of TypeScript. */
import type { JsonSchema } from "../../web/contract/document.ts";

const INDENT = "  ";

/** The text of a schema that allows everything. */
export const ANY_VALUE = "any value";

/**
 * Writes a schema.
 *
 * @param schema A schema of the document. A reference is written as its name.
 * @param depth The levels of indentation around it.
 *
 * @example
 * writeSchema({ type: "object", properties: { id: { type: "string", format: "uuid" } }, required: ["id"] });
 * // {
 * //   id: string (uuid)
 * // }
 */
export function writeSchema(schema: JsonSchema, depth = 0): string {
  const notes = [...notesOf(schema), ...(schema.description === undefined ? [] : [schema.description])];
  return writeType(schema, depth) + (notes.length > 0 ? ` (${notes.join("; ")})` : "");
}

function writeType(schema: JsonSchema, depth: number): string {
  const { $ref, const: constant, enum: values, anyOf, oneOf, allOf, type } = schema;
  if ($ref !== undefined) return nameOf($ref);
  if (constant !== undefined) return JSON.stringify(constant);
  if (values) return values.map((value) => JSON.stringify(value)).join(" | ");
  const [choices, separator] = allOf ? [allOf, " & "] : [anyOf ?? oneOf, " | "];
  if (choices) return choices.map((choice) => writeSchema(choice, depth)).join(separator);
  if (typeof type === "object") return type.map((one) => writeType({ ...schema, type: one }, depth)).join(" | ");
  if (type === "array") return `list of ${writeSchema(schema.items ?? {}, depth)}`;
  if (type === "object") return writeObject(schema, depth);
  return type ?? ANY_VALUE;
}

/** The name in a reference such as `#/components/schemas/Note`. */
export function nameOf(ref: string): string {
  return ref.slice(ref.lastIndexOf("/") + 1);
}

function writeObject({ properties = {}, required = [], additionalProperties }: JsonSchema, depth: number): string {
  const indent = INDENT.repeat(depth + 1);
  const lines = Object.entries(properties).map(([key, value]) => {
    return `${indent}${key}${required.includes(key) ? "" : "?"}: ${writeSchema(value, depth + 1)}`;
  });
  if (typeof additionalProperties === "object" && Object.keys(additionalProperties).length > 0)
    lines.push(`${indent}[other keys]: ${writeSchema(additionalProperties, depth + 1)}`);
  else if (additionalProperties !== false && additionalProperties !== undefined)
    lines.push(`${indent}[other keys]: ${ANY_VALUE}`);
  return lines.length === 0 ? "{}" : `{\n${lines.join("\n")}\n${INDENT.repeat(depth)}}`;
}

/** The format and the bounds. The bounds of safe integers are left out, since every integer has them. */
function notesOf(schema: JsonSchema): string[] {
  const { format, minLength, maxLength, minimum, maximum, minItems, maxItems, default: fallback } = schema;
  const isSafeInteger = maximum === Number.MAX_SAFE_INTEGER;
  return [
    ...(format === undefined ? [] : [format]),
    ...rangeOf(minLength, maxLength, "characters"),
    ...rangeOf(minimum === -Number.MAX_SAFE_INTEGER ? undefined : minimum, isSafeInteger ? undefined : maximum),
    ...rangeOf(minItems, maxItems, "items"),
    ...(fallback === undefined ? [] : [`default ${JSON.stringify(fallback)}`]),
  ];
}

/** @param unit In the plural. */
function rangeOf(min: number | undefined, max: number | undefined, unit = ""): string[] {
  const bound = max ?? min;
  const of = unit && ` ${bound === 1 ? unit.slice(0, -1) : unit}`;
  if (min !== undefined && max !== undefined) return [min === max ? `${min}${of}` : `${min} to ${max}${of}`];
  if (min !== undefined) return [`at least ${min}${of}`];
  return max === undefined ? [] : [`at most ${max}${of}`];
}
