/** The route table: finds the route for a method and a path. */
import type { Composed } from "./compose.ts";
import { labelsOf, methodsOf } from "./handler.ts";
import { parsePattern } from "./pattern.ts";
import { add, createRouter, type Match, match, type Router } from "./router.ts";
import { SetupError } from "./setup-error.ts";

/**
 * The routes by method. `*` holds the routes for all methods, and serves methods that no route names. `HEAD` holds only
 * the routes that name it.
 */
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
  if (seen.has(label))
    throw new SetupError("route_duplicate", "Two routes share a method and path", [label, label], "Remove one of them");
  seen.add(label);
  const isServed = (key: string) => (method === "*" ? key !== "HEAD" : method === key);
  const routers = [...table].filter(([key]) => isServed(key)).map(([, router]) => router);
  const pattern = parsePattern(route.path, [label]);
  const earlier = routers.map((router) => add(router, pattern, route));
  if (earlier.includes(undefined)) return;
  const names = [label, ...earlier.slice(0, 1).flatMap((one) => (one ? labelsOf(one) : []))];
  throw new SetupError(
    "route_unreachable",
    "Unreachable route, and the earlier one that matches all its paths",
    names,
    "Move the first one above the second",
  );
}

/**
 * The route for a method and a path, with the values that its pattern captured. HEAD is served by the routes for GET
 * where no route names it (RFC 9110 §9.3.2).
 */
export function find(table: Table, method: string, path: string): Match<Composed> | undefined {
  const router = table.get(method) ?? (method === "HEAD" ? undefined : table.get("*"));
  const found = router && match(router, path);
  return found ?? (method === "HEAD" ? find(table, "GET", path) : undefined);
}

/** The methods, sorted, that have a route for a path. */
export function allowedMethods(table: Table, path: string): string[] {
  const methods = new Set([...table.keys(), "HEAD"]);
  return [...methods].filter((method) => method !== "*" && find(table, method, path)).sort();
}
