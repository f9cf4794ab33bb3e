/** Builds the path and the query of a request from the pattern of a route. */

/** A parameter that fills a whole segment: its name, its type, and `?` if it is optional. */
const PARAM = /^:([A-Za-z_$][\w$]*)(?:<(int|uint|uuid)>)?(\??)$/;

/** The characters that have a meaning in a pattern. */
const SYNTAX = /[:*+?(){}\\]/;

const FORMS: Readonly<Record<string, RegExp>> = {
  int: /^(?:0|-?[1-9]\d*)$/,
  uint: /^(?:0|[1-9]\d*)$/,
  uuid: /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/i,
};

/**
 * Builds the path of a request.
 *
 * @param key The method and path of the route, for errors.
 * @param pattern The path of the route.
 * @returns The percent-encoded path. It begins with a slash.
 * @throws TypeError if a parameter is missing or has the wrong form, or if its value would lead to another path.
 */
export function buildPath(key: string, pattern: string, params: object = {}): string {
  const segments = pattern.split("/").slice(1);
  const filled = segments.map((segment, index) => {
    const isLast = index === segments.length - 1;
    if (segment === "*" && isLast) return fillRest(key, params);
    const [, name, type, optional] = PARAM.exec(segment) ?? [];
    if (name !== undefined && (!optional || isLast)) return fillSegment({ key, name, type }, params, optional === "?");
    if (SYNTAX.test(segment)) throw new TypeError(`${key}: the client cannot build paths of the pattern ${segment}.`);
    return segment;
  });
  return filled.map((segment) => (segment === undefined ? "" : `/${segment}`)).join("");
}

interface PathParam {
  readonly key: string;
  readonly name: string;
  readonly type?: string | undefined;
}

function fillSegment(param: PathParam, params: object, isOptional: boolean): string | undefined {
  const value = readValue(param, params, isOptional);
  return value === undefined ? undefined : encode(param, value);
}

/** The rest of a path keeps its slashes. */
function fillRest(key: string, params: object): string {
  const param = { key, name: "*" };
  const parts = (readValue(param, params, false) ?? "").split("/");
  return parts.map((part) => encode(param, part)).join("/");
}

function readValue(param: PathParam, params: object, isOptional: boolean): string | undefined {
  const { name, type } = param;
  const value: unknown = new Map(Object.entries(params)).get(name);
  if (value === undefined && isOptional) return undefined;
  if (value === undefined) refuse(param, "is missing");
  if (typeof value !== "string" && typeof value !== "number") refuse(param, "is neither a string nor a number");
  const text = String(value);
  if (text === "") refuse(param, "is empty");
  const isNumber = type === "int" || type === "uint" || typeof value === "number";
  if (isNumber && !Number.isFinite(Number(text))) refuse(param, `is ${text}, which is not a number`);
  const isUnsafe = type?.endsWith("int") && !Number.isSafeInteger(Number(text));
  if (isUnsafe || FORMS[type ?? ""]?.test(text) === false)
    refuse(param, `is ${text}, which does not have the form <${type}>`);
  return text;
}

/** URLs drop the segments `.` and `..`, however they are encoded, so they would lead to another path. */
function encode(param: PathParam, text: string): string {
  if (text === "." || text === "..") refuse(param, `has the segment "${text}", which URLs drop`);
  if (!text.isWellFormed()) refuse(param, "is not valid Unicode");
  return encodeURIComponent(text);
}

function refuse({ key, name }: PathParam, problem: string): never {
  throw new TypeError(`${key}: the path parameter "${name}" ${problem}.`);
}

/**
 * Builds the query of a request.
 *
 * @param key The method and path of the route, for errors.
 * @returns The query with its question mark; empty without parameters.
 * @throws TypeError for a value that is an object or null, and for a lone surrogate.
 */
export function buildQuery(key: string, query: object = {}): string {
  const pairs = new URLSearchParams();
  for (const [name, given] of Object.entries(query)) {
    const values: readonly unknown[] = Array.isArray(given) ? given : given === undefined ? [] : [given];
    for (const value of values) {
      if (!["string", "number", "boolean", "bigint"].includes(typeof value))
        throw new TypeError(
          `${key}: the query parameter "${name}" must be a string, a number, a boolean, or a list of these.`,
        );
      if (!String(value).isWellFormed())
        throw new TypeError(`${key}: the query parameter "${name}" is not valid Unicode.`);
      pairs.append(name, String(value));
    }
  }
  return pairs.size === 0 ? "" : `?${pairs}`;
}
