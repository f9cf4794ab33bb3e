/** The table in which a request's method and path are looked up. */
import { label, labelsOf, methodsOf } from "./label.ts";
import type { Plan } from "./plan.ts";
import { add, createRouter, type Match, match, type Router } from "./router.ts";
import { SetupError } from "./setup-error.ts";

/** Every route by method; `others` has those for all methods, for a method that no route names. */
export interface Table {
  readonly byMethod: ReadonlyMap<string, Router<Plan>>;
  readonly others: Router<Plan>;
}

/**
 * Builds the table that a request's method and path are looked up in.
 *
 * @throws {SetupError} `route_duplicate`, `route_unreachable`.
 */
export function createTable(plans: readonly Plan[]): Table {
  const methods = new Set(plans.flatMap((plan) => methodsOf(plan.handler)));
  methods.delete("*");
  const byMethod = new Map([...methods].map((method) => [method, createRouter<Plan>()]));
  const table: Table = { byMethod, others: createRouter<Plan>() };
  refuseDuplicates(plans);
  for (const plan of plans) for (const method of methodsOf(plan.handler)) place(table, plan, method);
  return table;
}

function refuseDuplicates(plans: readonly Plan[]): void {
  const seen = new Set<string>();
  for (const label of plans.flatMap((plan) => labelsOf(plan.handler))) {
    if (seen.has(label)) throw new SetupError("route_duplicate", "A method and pattern has one route", [label, label]);
    seen.add(label);
  }
}

function place(table: Table, plan: Plan, method: string): void {
  const routers = method === "*" ? [...table.byMethod.values(), table.others] : [table.byMethod.get(method) ?? table.others];
  const takers = routers.map((router) => add(router, plan.pattern, plan));
  const taker = takers.at(-1);
  if (!taker) return;
  const routes = [label(method, plan.handler), ...labelsOf(taker.handler)];
  throw new SetupError("route_unreachable", "The first route is never reached, the second takes every path of it", routes);
}

/** The route for a method and a path, with what its pattern captured. */
export function find({ byMethod, others }: Table, method: string, path: string): Match<Plan> | undefined {
  return match(byMethod.get(method) ?? others, path);
}

/** The methods, sorted, for which a path has a route. */
export function allowedMethods({ byMethod }: Table, path: string): string[] {
  return [...byMethod.keys()].filter((method) => match(byMethod.get(method) ?? createRouter(), path)).sort();
}
