/** Turns the captures of a pattern into path parameters: as strings, and with the types of the pattern. */
import { createBareObject } from "./bare-object.ts";
import type { AnyParams, RawValues } from "./context.ts";
import { REST_GROUP } from "./pattern.ts";
import type { Match } from "./router.ts";

/** The path parameters of a match. Both are the same object if no segment is a number. */
export interface Params {
  readonly raw: RawValues["params"];
  readonly typed: AnyParams;
}

const NONE: Readonly<Record<string, string>> = Object.freeze(createBareObject<string>());

/** The parameters if no route matched, or the matched route has none. */
export const NO_PARAMS: Params = { raw: NONE, typed: NONE };

/** @returns Objects without a prototype. A value that cannot be percent-decoded stays as it came. */
export function readParams({ pattern, values, groups }: Match<unknown>): Params {
  const { params } = pattern;
  if (values.length === 0 && !groups) return NO_PARAMS;
  const raw = createBareObject<string>();
  for (let index = 0; index < values.length; index++) put(raw, params[index]?.name, values[index]);
  for (const name in groups) put(raw, name === REST_GROUP ? "*" : name, groups[name]);
  let typed: Record<string, string | number> | undefined;
  for (const { name, type } of params) {
    if (!type.endsWith("int") || raw[name] === undefined) continue;
    typed ??= Object.assign(createBareObject<string | number>(), raw);
    typed[name] = Number(raw[name]);
  }
  return { raw, typed: typed ?? raw };
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
