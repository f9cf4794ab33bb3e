/** The limits of the printed policy, written and read: one line each, `rateLimit(api)  600 requests per 60 s`. */
import { formatLimit, type PolicyLimit } from "../src/web/app/limit-numbers.ts";
import type { PolicyRoute } from "../src/web/app/policy.ts";
import { escapeCell, formatGuardName, parseGuards, unescapeCell } from "./policy-cells.ts";

/** A limit as the policy prints it. */
export interface PrintedLimit extends PolicyLimit {
  /** The name of its guards. */
  readonly guard: string;
  readonly max: number;
}

/** The largest number, the unit, and the window. A unit that ends like a window is escaped. */
const NUMBERS = /^([\d.e+-]+|Infinity)(?: (.+?))??(?: per ([\d.e+-]+|Infinity) s)?$/;
const WINDOW_IN_UNIT = /(?<=^| )p(?=er \S+ s$)/;

/** The limits of all guards, each once. A limit without a number is left out. */
export function listLimits(routes: readonly Pick<PolicyRoute, "guards">[]): PrintedLimit[] {
  const limits = routes.flatMap(({ guards }) =>
    guards.flatMap(({ name: guard, limits = [] }) =>
      limits.flatMap((limit) => (limit.max === undefined ? [] : [{ ...limit, max: limit.max, guard }])),
    ),
  );
  return [...new Map(limits.map((limit) => [`${nameOfLimit(limit)}  ${formatNumbers(limit)}`, limit])).values()];
}

/** Such as `rateLimit(api)`. */
export function nameOfLimit({ guard, name }: Pick<PrintedLimit, "guard" | "name">): string {
  return formatGuardName({ name: guard, detail: name });
}

/** Such as `600 requests per 60 s`. */
export function formatNumbers(limit: PrintedLimit): string {
  return formatLimit({ ...limit, unit: escapeUnit(limit.unit) });
}

function escapeUnit(unit: string): string {
  return escapeCell(unit).replace(WINDOW_IN_UNIT, "\\u{70}");
}

/** @returns Undefined for a line that is not a limit. */
export function parseLimit(name: string, numbers: string): PrintedLimit | undefined {
  const [guard, ...more] = parseGuards(name) ?? [];
  const [matched, max, unit = "", window] = NUMBERS.exec(numbers) ?? [];
  if (guard?.phase !== "head" || more.length > 0 || matched === undefined) return undefined;
  return {
    guard: guard.name,
    name: guard.detail ?? "",
    max: Number(max),
    unit: unescapeCell(unit),
    ...(window !== undefined && { windowSeconds: Number(window) }),
  };
}
