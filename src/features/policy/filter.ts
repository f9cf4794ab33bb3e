/** Selects the rows of the table that match a filter. */
import type { AppLocals } from "../../env.ts";
import { fullName, type PolicyRoute } from "../../web/app/policy.ts";
import { isPreflight } from "../../web/app/route-labels.ts";
import type { FormErrors } from "../../web/pages/form-fields.ts";
import type { PolicyQuery } from "./schema.ts";
import { type Assumed, assumeVisitor, previewRoute, type RouteVerdict, type RouteVisitor } from "./verdict.ts";

/** Stands for routes without any guard. */
export const NO_GUARD = "none";
/** Stands for an API key with every permission. */
export const ANY_PERMISSION = "any";

/** A row of the table. */
export interface Row {
  readonly route: PolicyRoute;
  readonly verdict: RouteVerdict;
}

/** The values that a filter can have. */
export interface FilterOptions {
  /** Full names. */
  readonly guards: readonly string[];
  readonly permissions: readonly string[];
}

/** @returns A message for each field whose value the table does not have, or that contradicts another field. */
export function checkFilter({ guard, role, key }: PolicyQuery, { guards, permissions }: FilterOptions): FormErrors {
  return {
    ...(!["", NO_GUARD, ...guards].includes(guard) && { guard: `No route has the guard “${guard}”.` }),
    ...(!["", ANY_PERMISSION, ...permissions].includes(key) && { key: `No route requires the permission “${key}”.` }),
    ...(role === "visitor" && key !== "" && { role: "A visitor has no API key. Choose another role, or no key." }),
  };
}

/** The visitor whom a filter assumes; undefined if the verdicts are for the current visitor. */
export function assumedBy({ role, key }: PolicyQuery, permissions: readonly string[]): Assumed | undefined {
  if (key === "") return role === "" ? undefined : { role };
  return { role: role || "user", permissions: key === ANY_PERMISSION ? permissions : [key] };
}

/**
 * Selects rows. With a role or a key, routes that deny it are left out. With a key, so are routes that need no credential.
 *
 * @param visitor The current visitor.
 */
export function selectRows(
  routes: readonly PolicyRoute[],
  query: PolicyQuery,
  visitor: RouteVisitor & { readonly locals: AppLocals },
): Row[] {
  const { request, locals } = visitor;
  const assumed = assumedBy(query, locals.app.permissions);
  const shown = assumed ? assumeVisitor(request, locals, assumed) : visitor;
  const anyone = assumeVisitor(request, locals, { role: "visitor" });
  const isDenied = (route: PolicyRoute, to: RouteVisitor) => previewRoute(route, to).kind === "deny";
  return routes
    .filter((route) => hasGuard(route, query.guard) && hasPath(route, query.path))
    .filter((route) => !assumed || !isDenied(route, shown))
    .filter((route) => query.key === "" || isDenied(route, anyone))
    .map((route) => ({ route, verdict: previewRoute(route, shown) }));
}

function hasGuard({ guards }: PolicyRoute, name: string): boolean {
  if (name === NO_GUARD) return guards.length === 0;
  return name === "" || guards.some((guard) => fullName(guard) === name);
}

function hasPath({ path }: PolicyRoute, text: string): boolean {
  return path.toLowerCase().includes(text.trim().toLowerCase());
}

/** Shows all preflights as one route, since they differ only in their paths. */
export function mergePreflights(routes: readonly PolicyRoute[]): PolicyRoute[] {
  const [first] = routes.filter(isPreflight);
  const others = routes.filter((route) => !isPreflight(route));
  return first ? [...others, { ...first, path: "*" }] : others;
}
