/** Scopes: the locals that a part of the table may count on, named once. */
import type { AnyLocals } from "./context.ts";
import { createGroup, type Group } from "./group.ts";
import { createRoute, type Route } from "./route.ts";
import { setup } from "./setup.ts";

export interface Scope<TBase> {
  readonly route: Route<TBase>;
  readonly group: Group<TBase>;
  readonly setup: typeof setup;
}

/**
 * Gives the makers of routes, groups and apps whose handlers may read `TBase` from `c.locals`.
 * Whoever takes such a handler in has to supply what it reads, or it does not compile.
 *
 * @example
 * const { route } = scope<{ requestId: string }>();
 * route.get("/", { resolve: (c) => new Response(c.locals.requestId) });
 */
export function scope<TBase>(): Scope<TBase> {
  return { route: createRoute<TBase>(), group: createGroup<TBase>(), setup };
}

/** The makers for locals of which the types know nothing. */
export const { route, group } = scope<AnyLocals>();
