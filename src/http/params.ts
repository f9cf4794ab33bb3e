/** Turns what a pattern captured into parameters: as strings, and as the pattern types them. */
import { bareObject } from "./bare-object.ts";
import type { AnyParams, RawValues } from "./context.ts";
import type { PathPattern } from "./pattern.ts";
import type { Capture, Match } from "./router.ts";

/** Path parameters of a match; the same object twice where no type makes them differ. */
export interface Params {
  readonly raw: RawValues["params"];
  readonly typed: AnyParams;
}

const NONE: Readonly<Record<string, string>> = Object.freeze(bareObject<string>());

/** The parameters where no route matched, or one without any. */
export const NO_PARAMS: Params = { raw: NONE, typed: NONE };

/** @returns Objects without a prototype, percent-decoded where the values decode. */
export function readParams({ captured, groups }: Match<unknown>, pattern: PathPattern): Params {
  if (!captured && !groups) return NO_PARAMS;
  const raw = groups ? readGroups(groups, pattern) : readCaptures(captured, pattern);
  return pattern.numbers.length === 0 ? { raw, typed: raw } : { raw, typed: withNumbers(raw, pattern.numbers) };
}

/** Captures come last first; a pattern whose optional last segment is missing has fewer of them than names. */
function readCaptures(captured: Capture | undefined, { params }: PathPattern): Record<string, string> {
  const raw = bareObject<string>();
  let index = countCaptures(captured);
  for (let capture = captured; capture; capture = capture.before) {
    const param = params[--index];
    if (param) raw[param.name] = decode(capture.value);
  }
  return raw;
}

function countCaptures(captured: Capture | undefined): number {
  let count = 0;
  for (let capture = captured; capture; capture = capture.before) count++;
  return count;
}

/** The groups of a URLPattern that took part in the match. Of the numbered ones, a trailing `*` has the last. */
function readGroups(groups: Readonly<Record<string, string | undefined>>, pattern: PathPattern): Record<string, string> {
  const isRest = pattern.kind === "exotic" && pattern.endsInRest;
  const rest = isRest ? Object.keys(groups).findLast((name) => /^\d+$/.test(name)) : undefined;
  const raw = bareObject<string>();
  for (const [name, value] of Object.entries(groups)) {
    if (value !== undefined) raw[name === rest ? "*" : name] = decode(value);
  }
  return raw;
}

function withNumbers(raw: Readonly<Record<string, string>>, numbers: readonly string[]): AnyParams {
  const typed: Record<string, string | number> = Object.assign(bareObject(), raw);
  for (const name of numbers) if (name in raw) typed[name] = Number(raw[name]);
  return typed;
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
