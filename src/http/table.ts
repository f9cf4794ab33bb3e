/** The table in which a request's method and path are looked up. */

import type { Composed } from "./compose.ts";
import { labelsOf, methodsOf } from "./handler.ts";
import { parsePattern } from "./pattern.ts";
import { add, createRouter, type Match, match, type Router } from "./router.ts";
import { SetupError } from "./setup-error.ts";

/** The routes by method. Under `*`, those for all methods, for a method that no route names. */
export type Table = ReadonlyMap<string, Router<Composed>>;

/** @throws {SetupError} `pattern_invalid`, `route_duplicate`, `route_unreachable`. */
export function createTable(routes: readonly Composed[]): Table {
  const methods = routes.flatMap(methodsOf);
  const table: Table = new Map([...methods, "*"].map((method) => [method, createRouter()]));
  const seen = new Set<string>();
  for (const route of routes) for (const method of methodsOf(route)) place(table, route, method, seen);
  return table;
}

function place(table: Table, route: Composed, method: string, seen: Set<string>): void {
  const label = `${method} ${route.path}`;
  if (seen.has(label)) throw new SetupError("route_duplicate", "Two routes have one method and path", [label, label]);
  seen.add(label);
  const routers = [...table].filter(([key]) => method === "*" || method === key).map(([, router]) => router);
  const pattern = parsePattern(route.path, [label]);
  const takers = routers.map((router) => add(router, pattern, route));
  if (takers.includes(undefined)) return;
  const names = [label, ...takers.slice(0, 1).flatMap((taker) => (taker ? labelsOf(taker) : []))];
  throw new SetupError("route_unreachable", "The first route is never reached, the second takes its paths", names);
}

/** The route for a method and a path, with what its pattern captured. */
export function find(table: Table, method: string, path: string): Match<Composed> | undefined {
  const router = table.get(method) ?? table.get("*");
  return router && match(router, path);
}

/** The methods, sorted, for which a path has a route. */
export function allowedMethods(table: Table, path: string): string[] {
  return [...table.keys()].filter((method) => method !== "*" && find(table, method, path)).sort();
}
