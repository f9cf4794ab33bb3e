/** The policy: the route table as data, with what each guard says of itself. */
import { describeRoutes, type Handler } from "../../http/index.ts";
import { factsOf } from "./guard-facts.ts";

/** Describes a table, one row a method and path. @param handlers An app's own. */
export function describePolicy(handlers: readonly Handler<never>[]) {
  return handlers.flatMap((handler) =>
    describeRoutes([handler]).map((route) => ({
      ...route,
      guards: route.guards.map((guard, index) => ({ ...guard, ...factsOf(handler.guards?.[index] ?? guard) })),
    })),
  );
}
