/** Path templates of OpenAPI, derived from the patterns of routes. */
import type { JsonSchema, Parameter } from "./document.ts";

/** A path template with its parameters in order. */
export interface PathTemplate {
  /** Such as `/api/notes/{id}`. */
  readonly template: string;
  readonly params: readonly PathParam[];
}

export interface PathParam {
  /** As in the pattern; `path` for a trailing `*`. */
  readonly name: string;
  readonly schema: JsonSchema;
  readonly description?: string;
}

const SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  int: { type: "integer" },
  uint: { type: "integer", minimum: 0 },
  uuid: { type: "string", format: "uuid" },
};

const PARAM = /:([A-Za-z_$][\w$]*)(?:<(\w+)>|\((?:[^()]|\([^()]*\))*\))?[?*+]?/g;

/** @returns One template, or two if the last parameter is optional, since path parameters are required in OpenAPI. */
export function templatesOf(pattern: string): PathTemplate[] {
  const optional = /\/:[\w$]+(?:<\w+>)?\?$/.exec(pattern);
  return optional
    ? [...templatesOf(pattern.slice(0, optional.index) || "/"), toTemplate(pattern)]
    : [toTemplate(pattern)];
}

function toTemplate(pattern: string): PathTemplate {
  const params: PathParam[] = [];
  const named = pattern.replace(PARAM, (_, name: string, type = "") => {
    params.push({ name, schema: SCHEMAS[type] ?? { type: "string" } });
    return `{${name}}`;
  });
  if (!named.endsWith("/*")) return { template: named, params };
  const rest: PathParam = { name: "path", schema: { type: "string" }, description: "It may contain slashes." };
  return { template: named.replace(/\*$/, "{path}"), params: [...params, rest] };
}

/** The template without the names of its parameters: templates of the same shape are the same path in OpenAPI. */
export function shapeOf({ template }: Pick<PathTemplate, "template">): string {
  return template.replace(/\{[^}]*\}/g, "{}");
}

/**
 * Joins the parameter names of templates that have the same shape: `{id}` and `{name}` become `{idOrName}`.
 *
 * @param same Templates that have the same shape.
 */
export function joinNames(same: readonly PathTemplate[]): readonly string[] {
  const [first] = same;
  return (first?.params ?? []).map((_, index) => {
    const names = new Set(same.map(({ params }) => params[index]?.name ?? ""));
    return [...names].map((name, at) => (at === 0 ? name : `Or${capitalize(name)}`)).join("");
  });
}

/** Renames the parameters of a template. @param names From `joinNames`. */
export function rename({ template, params }: PathTemplate, names: readonly string[]): PathTemplate {
  let index = 0;
  const renamed = template.replace(/\{[^}]*\}/g, (param) => `{${names[index++] ?? param.slice(1, -1)}}`);
  return { template: renamed, params: params.map((param, at) => ({ ...param, name: names[at] ?? param.name })) };
}

/** Describes the parameters of a path. @param schemas The schemas of the route's params, by the name in the pattern. */
export function toParameters(
  { params }: PathTemplate,
  names: readonly string[],
  schemas: JsonSchema["properties"] = {},
): Parameter[] {
  return params.map(({ name, schema, description }, index) => ({
    name: names[index] ?? name,
    in: "path",
    required: true,
    ...(description !== undefined && { description }),
    schema: schemas[name] ?? schema,
  }));
}

/** The id of an operation, derived only from its own method and path: `getApiNotesById`. */
export function operationIdOf(method: string, { template }: PathTemplate): string {
  const words = template.replace(/\{([^}]*)\}/g, " by $1 ").split(/[^A-Za-z0-9]+/);
  return method.toLowerCase() + words.map(capitalize).join("");
}

function capitalize(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
