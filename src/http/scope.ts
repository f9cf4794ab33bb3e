/** Scopes: declare once which locals a part of the route table may rely on. */
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
 * Returns `route`, `group` and `setup` for handlers that may read `TBase` from `c.locals`. A group
 * or app that contains such a handler without supplying `TBase` does not compile.
 *
 * @example
 * const { route } = scope<{ requestId: string }>();
 * route.get("/", { resolve: (c) => new Response(c.locals.requestId) });
 */
export function scope<TBase>(): Scope<TBase> {
  return { route: createRoute<TBase>(), group: createGroup<TBase>(), setup };
}

/** `route` and `group` for handlers that make no assumption about the locals. */
export const { route, group } = scope<AnyLocals>();
