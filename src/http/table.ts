/** The table in which a request's method and path are looked up. */

import { parsePattern } from "./pattern.ts";
import type { Plan } from "./plan.ts";
import { methodsOf } from "./route.ts";
import { add, createRouter, type Match, match, type Router } from "./router.ts";
import { SetupError } from "./setup-error.ts";

/** The routes by method. Under `*`, those for all methods, for a method that no route names. */
export type Table = ReadonlyMap<string, Router<Plan>>;

/** @throws {SetupError} `pattern_invalid`, `route_duplicate`, `route_unreachable`. */
export function createTable(plans: readonly Plan[]): Table {
  const methods = plans.flatMap(({ route }) => methodsOf(route));
  const table: Table = new Map([...methods, "*"].map((method) => [method, createRouter()]));
  const seen = new Set<string>();
  for (const plan of plans) for (const method of methodsOf(plan.route)) place(table, plan, method, seen);
  return table;
}

function place(table: Table, plan: Plan, method: string, seen: Set<string>): void {
  const label = `${method} ${plan.route.path}`;
  if (seen.has(label)) throw new SetupError("route_duplicate", "Two routes have one method and path", [label, label]);
  seen.add(label);
  const routers = [...table].filter(([key]) => method === "*" || method === key).map(([, router]) => router);
  const pattern = parsePattern(plan.route.path, [label]);
  const takers = routers.map((router) => add(router, pattern, plan));
  if (takers.includes(undefined)) return;
  const routes = [label, takers[0]?.name ?? ""];
  throw new SetupError("route_unreachable", "The first route is never reached, the second takes its paths", routes);
}

/** The route for a method and a path, with what its pattern captured. */
export function find(table: Table, method: string, path: string): Match<Plan> | undefined {
  const router = table.get(method) ?? table.get("*");
  return router && match(router, path);
}

/** The methods, sorted, for which a path has a route. */
export function allowedMethods(table: Table, path: string): string[] {
  return [...table.keys()].filter((method) => method !== "*" && find(table, method, path)).sort();
}
