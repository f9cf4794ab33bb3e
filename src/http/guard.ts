/** Guards: functions that allow a request to continue, or deny it with a response. */
import type { AnyLocals, Context, HeadContext } from "./context.ts";

/** Continue. A guard whose type promises locals must return them. */
export type Allow<TAdds> = {} extends TAdds
  ? { readonly allow: true; readonly locals?: TAdds }
  : { readonly allow: true; readonly locals: TAdds };

/** End the request with this response. */
export interface Deny {
  readonly deny: Response;
}

/** The decision of a guard. */
export type GuardResult<TAdds = AnyLocals> = Allow<TAdds> | Deny;

/** A guard that declares neither the locals it needs nor those it adds. */
export type GuardFn = (c: Context) => GuardResult | Promise<GuardResult>;

/**
 * A guard that reads `TNeeds` from `c.locals` and adds `TAdds`. It does not compile where nothing
 * before it supplies `TNeeds`.
 *
 * @example
 * const requireAdmin: Guard<{ user: User }> = (c) =>
 *   c.locals.user.role === "admin" ? { allow: true } : { deny: new Response(null, { status: 403 }) };
 */
export type Guard<TNeeds = {}, TAdds = {}> = (
  c: Context<unknown, unknown, unknown, TNeeds>,
) => GuardResult<TAdds> | Promise<GuardResult<TAdds>>;

/** Any guard, whatever inputs, path parameters and locals it needs: only the route that it belongs to has them. */
export type AnyGuard = (
  c: Context<never, never, never, never, never>,
) => GuardResult<object> | Promise<GuardResult<object>>;

const headGuards = new WeakSet<object>();

/**
 * Marks a guard as one that reads only the head of the request: method, URL, headers, params, query
 * and locals. The head guards at the front of a route's list run before the body is read.
 *
 * @param guard A function whose context has neither `input` nor a body.
 * @returns The same function, with the same name.
 *
 * @example
 * const requireKey = headGuard((c) =>
 *   c.request.headers.has("X-API-Key") ? { allow: true } : { deny: new Response(null, { status: 401 }) },
 * );
 */
export function headGuard<TResult extends GuardResult<object>, TNeeds = AnyLocals>(
  guard: (c: HeadContext<TNeeds>) => TResult | Promise<TResult>,
): (c: HeadContext<TNeeds>) => TResult | Promise<TResult> {
  headGuards.add(guard);
  return guard;
}

/**
 * Counts the guards of a list that run before the body is read.
 *
 * @param guards The guards of a route, in order.
 * @returns The number of head guards before the first plain guard.
 */
export function countLeadingHeadGuards(guards: readonly object[]): number {
  const first = guards.findIndex((guard) => !headGuards.has(guard));
  return first < 0 ? guards.length : first;
}
