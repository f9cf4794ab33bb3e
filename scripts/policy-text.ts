/**
 * The policy as text: the app's hooks once, one line per route, one per limit, then the exceptions with their reasons.
 *
 * A line depends only on its own route or limit, since column widths are fixed, and limits are sorted. So adding a route
 * adds one line, and changing the policy of a route or a limit changes one. `parsePolicy` reads the text back.
 */

import type { PolicyExceptions } from "../src/env.ts";
import type { Policy, PolicyRoute } from "../src/web/app/policy.ts";
import { isPreflight } from "../src/web/app/route-labels.ts";
import { escapeCell, formatGuards, formatNames, NONE } from "./policy-cells.ts";
import { formatNumbers, listLimits, nameOfLimit } from "./policy-limits.ts";

/** The widths of columns. A longer cell moves only the rest of its own line. */
const WIDTHS = { methods: 9, path: 28, cors: 4, input: 15, limit: 27 };

export const TITLES = {
  hooks: "APP-LEVEL HOOKS",
  columns: formatCells("METHODS", "PATH", "CORS", "INPUT", "GUARDS (* after the body has been read)"),
  limits: "LIMITS",
  unauthenticated: "STATE-CHANGING, WITHOUT A GUARD THAT AUTHENTICATES",
  unlimited: "WITHOUT A LIMIT",
} as const;

/**
 * Formats a policy for people, and for a file that pins it.
 *
 * @param policy Described with a configuration: otherwise, the text lacks the limits.
 * @param exceptions The reasons for exceptions to a rule, by the label of the route, such as `POST /login`.
 * @returns Lines that end with LF.
 *
 * @example
 * process.stdout.write(formatPolicy(describeApp(app, readLimitConfig(toml)), facts.exceptions));
 */
export function formatPolicy({ hooks, routes }: Policy, { unauthenticated, unlimited }: PolicyExceptions): string {
  return [
    TITLES.hooks,
    ...Object.entries(hooks).map(([hook, names]) => `${hook.padEnd(10)}  ${formatNames(names)}`),
    "",
    TITLES.columns,
    ...new Set(routes.map(formatRoute)),
    ...formatSection(TITLES.limits, formatLimits(routes)),
    ...formatExceptions(TITLES.unauthenticated, unauthenticated),
    ...formatExceptions(TITLES.unlimited, unlimited),
    "",
  ].join("\n");
}

/** All preflight routes have the same line, so that the text shows them once. */
function formatRoute(route: PolicyRoute): string {
  const { methods, guards, onResponse, onError, cors } = route;
  const hooks = Object.entries({ onResponse, onError }).filter(([, list]) => list.length > 0);
  return [
    formatCells(
      methods.join(", "),
      isPreflight(route) ? "*" : escapeCell(route.path),
      cors ? "CORS" : NONE,
      formatInput(route),
      formatGuards(guards),
    ),
    ...hooks.map(([hook, list]) => `${hook}: ${formatNames(list.map(({ name }) => name))}`),
  ].join("  ");
}

function formatInput({ schemas, maxBodyBytes }: PolicyRoute): string {
  const limit = maxBodyBytes === null ? [] : [`≤ ${maxBodyBytes} B`];
  return [schemas.join(", "), ...limit].filter((part) => part !== "").join(" ") || NONE;
}

function formatCells(methods: string, path: string, cors: string, input: string, guards: string): string {
  const { methods: first, path: second, cors: third, input: fourth } = WIDTHS;
  return [methods.padEnd(first), path.padEnd(second), cors.padEnd(third), input.padEnd(fourth), guards].join("  ");
}

/** Sorted by name, so that a limit's place does not depend on the routes. */
function formatLimits(routes: readonly PolicyRoute[]): string[] {
  return listLimits(routes)
    .map((limit) => `${nameOfLimit(limit).padEnd(WIDTHS.limit)}  ${formatNumbers(limit)}`)
    .sort();
}

function formatExceptions(title: string, reasons: Readonly<Record<string, string>>): string[] {
  const lines = Object.entries(reasons).map(([label, reason]) => {
    const [method = "", ...path] = label.split(" ");
    const cells = [method.padEnd(WIDTHS.methods), escapeCell(path.join(" ")).padEnd(WIDTHS.path), escapeCell(reason)];
    return cells.join("  ");
  });
  return formatSection(title, lines);
}

function formatSection(title: string, lines: readonly string[]): string[] {
  return lines.length > 0 ? ["", title, ...lines] : [];
}
