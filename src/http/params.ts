/** Turns the captures of a pattern into path parameters: as strings, and with the types of the pattern. */
import type { AnyParams, RawValues } from "./context.ts";
import { type Param, REST_GROUP } from "./pattern.ts";
import type { Captures, Match } from "./router.ts";

/** The path parameters of a match. Both are the same object if no typed segment changes its value. */
export interface Params {
  readonly raw: RawValues["params"];
  readonly typed: AnyParams;
}

const NONE: Readonly<Record<string, string>> = Object.freeze(Object.create(null));

/** The parameters if no route matched. */
export const NO_PARAMS: Params = { raw: NONE, typed: NONE };

/** @returns Objects without a prototype. A value that cannot be percent-decoded stays as it came. */
export function readParams({ pattern, values, groups }: Match<unknown>): Params {
  const { params } = pattern;
  const raw: Record<string, string> = Object.create(null);
  putAll(raw, params, values);
  for (const name in groups) put(raw, name === REST_GROUP ? "*" : name, groups[name]);
  let typed: Record<string, string | number> | undefined;
  for (const { name, type } of params) {
    const value = raw[name];
    const canonical = value === undefined ? value : toCanonical(value, type);
    if (canonical === undefined || canonical === value) continue;
    typed ??= copy(raw);
    typed[name] = canonical;
  }
  return { raw, typed: typed ?? raw };
}

/** A number, or a UUID in lower case (RFC 9562 §4). Other values stay as they are. */
function toCanonical(value: string, type: string): string | number {
  if (type === "uuid") return value.toLowerCase();
  return type.endsWith("int") ? Number(value) : value;
}

function copy(raw: Record<string, string>): Record<string, string | number> {
  return Object.assign(Object.create(null), raw);
}

/** Puts the values in the order of the pattern. @returns The number of values. */
function putAll(raw: Record<string, string>, params: readonly Param[], values: Captures | undefined): number {
  if (!values) return 0;
  const index = putAll(raw, params, values.earlier);
  put(raw, params[index]?.name, values.value);
  return index + 1;
}

function put(raw: Record<string, string>, name: string | undefined, value: string | undefined): void {
  if (name !== undefined && value !== undefined) raw[name] = decode(value);
}

function decode(value: string): string {
  if (!value.includes("%")) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
