/** Turns what a pattern captured into parameters: as strings, and as the pattern types them. */
import type { AnyParams, RawValues } from "./context.ts";
import type { Param, PathPattern } from "./pattern.ts";
import type { Match } from "./router.ts";

/** Path parameters of a match; the same object twice where no type makes them differ. */
export interface Params {
  readonly raw: RawValues["params"];
  readonly typed: AnyParams;
}

const NONE: Readonly<Record<string, string>> = Object.freeze(Object.create(null));

/** The parameters where no route matched, or one without any. */
export const NO_PARAMS: Params = { raw: NONE, typed: NONE };

/** @returns Objects without a prototype, percent-decoded where the values decode. */
export function readParams({ values, groups }: Match<unknown>, pattern: PathPattern): Params {
  if (groups) return withTypes(readGroups(groups, pattern), pattern.params);
  if (values.length === 0) return NO_PARAMS;
  const raw: Record<string, string> = Object.create(null);
  for (let index = 0; index < values.length; index++) {
    const param = pattern.params[index];
    const value = values[index];
    if (param && value !== undefined) raw[param.name] = decode(value);
  }
  return withTypes(raw, pattern.params);
}

/** The groups of a URLPattern that took part in the match. Of the numbered ones, a trailing `*` has the last. */
function readGroups(groups: Readonly<Record<string, string | undefined>>, pattern: PathPattern): Record<string, string> {
  const isRest = pattern.kind === "exotic" && pattern.endsInRest;
  const rest = isRest ? Object.keys(groups).findLast((name) => /^\d+$/.test(name)) : undefined;
  const raw: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(groups)) {
    if (value !== undefined) raw[name === rest ? "*" : name] = decode(value);
  }
  return raw;
}

function withTypes(raw: Record<string, string>, params: readonly Param[]): Params {
  const numbers = params.filter(({ name, type }) => (type === "int" || type === "uint") && raw[name] !== undefined);
  if (numbers.length === 0) return { raw, typed: raw };
  const typed: Record<string, string | number> = Object.assign(Object.create(null), raw);
  for (const { name } of numbers) typed[name] = Number(raw[name]);
  return { raw, typed };
}

/** Percent-decodes a value where it decodes; a malformed one stays as it came. */
function decode(value: string): string {
  if (!value.includes("%")) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
