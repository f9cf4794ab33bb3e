/** Random policies whose names, details, paths and reasons are hostile to the printed text. */
import fc from "fast-check";
import type { PrintedLimit } from "../../scripts/policy-limits.ts";
import type { PrintedPolicy, PrintedRoute } from "../../scripts/policy-parse.ts";
import type { PolicyExceptions } from "../../src/env.ts";
import type { PolicyLimit } from "../../src/web/app/limit-numbers.ts";
import type { Policy, PolicyRoute } from "../../src/web/app/policy.ts";
import { isPreflight } from "../../src/web/app/route-labels.ts";

/** What separates cells and names, marks, escapes, and characters that are not seen or that files change. */
const PIECES = [
  "→ a ",
  " → ",
  " ",
  "  ",
  "-",
  "*",
  "(",
  ")",
  ",",
  ":",
  "\\",
  "\\u{20}",
  "u{",
  "}",
  "≤ 9 B",
  "body",
  "CORS",
  "onResponse: a",
  "(anonymous)",
  "\n",
  "\r\n",
  "\t",
  "\u0000",
  "\u00a0",
  "\u2028",
  "\u202e",
  "\ufeff",
  "\ud800",
  "é",
  "🔑",
  "x".repeat(40),
];
const hostile = (minLength: number) =>
  fc.array(fc.oneof(fc.constantFrom(...PIECES), fc.string()), { minLength, maxLength: 5 }).map((all) => all.join(""));
export const text = hostile(0);
const name = hostile(1).map((some) => some || "(anonymous)");
const numbers = fc.oneof(fc.nat(), fc.constantFrom(0, 0.5, 60, 1e21, 1e-7, Number.POSITIVE_INFINITY));
const unit = fc.oneof(
  text,
  fc.constantFrom("requests", "per 60 s", "a per 1 s", "a  per 1 s", "per", "a per 1 s per 2 s"),
);
const anyLimit: fc.Arbitrary<PolicyLimit> = fc.record(
  { name: text, unit, max: numbers, windowSeconds: numbers },
  { requiredKeys: ["name", "unit"] },
);
export const anyPrintedLimit: fc.Arbitrary<PrintedLimit> = fc.record(
  { guard: name, name: text, unit, max: numbers, windowSeconds: numbers },
  { requiredKeys: ["guard", "name", "unit", "max"] },
);
const path = text.map((rest) => `/${rest}`);
const methods = fc.uniqueArray(fc.constantFrom("GET", "HEAD", "POST", "OPTIONS", "*", "M-SEARCH"), { minLength: 1 });
const hooks = fc.array(fc.record({ level: fc.constantFrom("route", "group"), name }), { maxLength: 3 });
export const anyRoute: fc.Arbitrary<PolicyRoute> = fc.record({
  methods,
  path,
  cors: fc.boolean(),
  schemas: fc.subarray(["params", "query", "body"]),
  maxBodyBytes: fc.constantFrom(null, 0, 1, 0.5, 16384, 1e21, 1e-7, Number.POSITIVE_INFINITY),
  guards: fc.array(
    fc.record(
      {
        name,
        detail: text,
        phase: fc.constantFrom("head", "input"),
        denies: fc.constant([403]),
        limits: fc.array(anyLimit, { maxLength: 2 }),
      },
      { requiredKeys: ["name", "phase"] },
    ),
    { maxLength: 4 },
  ),
  onResponse: hooks,
  onError: hooks,
});
const names = fc.array(name, { maxLength: 3 });
export const anyPolicy: fc.Arbitrary<Policy> = fc.record({
  hooks: fc.record({ onRequest: names, onResponse: names, onError: names, onSend: names }),
  routes: fc.uniqueArray(anyRoute, { maxLength: 5, selector: (route) => JSON.stringify(toPrintedRoute(route)) }),
});
const reasons = fc.dictionary(
  fc.tuple(fc.constantFrom("GET", "*"), path).map((both) => both.join(" ")),
  text,
);
export const anyExceptions = fc.record({ unauthenticated: reasons, unlimited: reasons }, { noNullPrototype: true });

/** What the text says of a policy, with the limits sorted by `sortLimits`. */
export function toPrinted({ hooks, routes }: Policy, exceptions: PolicyExceptions): PrintedPolicy {
  const preflight = routes.findIndex(isPreflight);
  const shown = routes.filter((route, index) => !isPreflight(route) || index === preflight);
  return { hooks, routes: shown.map(toPrintedRoute), limits: toPrintedLimits(routes), exceptions };
}

/** Each once. */
function toPrintedLimits(routes: readonly PolicyRoute[]): PrintedLimit[] {
  const limits = routes.flatMap(({ guards }) =>
    guards.flatMap(({ name: guard, limits = [] }) =>
      limits.flatMap((limit) => (limit.max === undefined ? [] : [{ ...limit, max: limit.max, guard }])),
    ),
  );
  return sortLimits([...new Map(limits.map((limit) => [keyOf(limit), limit])).values()]);
}

/** For comparisons that leave the order of the text aside. */
export function sortLimits(limits: readonly PrintedLimit[]): PrintedLimit[] {
  return limits.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

function keyOf({ guard, name, max, unit, windowSeconds }: PrintedLimit): string {
  return JSON.stringify([guard, name, `${max}`, unit, `${windowSeconds}`]);
}

export function toPrintedRoute(route: PolicyRoute): PrintedRoute {
  const { methods, path, cors, schemas, maxBodyBytes, guards, onResponse, onError } = route;
  return {
    methods,
    path: isPreflight(route) ? "*" : path,
    cors,
    schemas,
    maxBodyBytes,
    guards: guards.map(({ name, phase, detail }) => ({ name, phase, ...(detail && { detail }) })),
    onResponse: onResponse.map(({ name }) => name),
    onError: onError.map(({ name }) => name),
  };
}
