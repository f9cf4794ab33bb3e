/** Guards: functions that allow a request to go on, or deny it with a response. */
import type { AnyLocals, Context, HeadContext } from "./context.ts";

/** Go on; a guard that promises locals has to bring them. */
export type Allow<TAdds> = {} extends TAdds
  ? { readonly allow: true; readonly locals?: TAdds }
  : { readonly allow: true; readonly locals: TAdds };

/** End the request with this response. */
export interface Deny {
  readonly deny: Response;
}

/** What a guard decides. */
export type GuardResult<TAdds = AnyLocals> = Allow<TAdds> | Deny;

/** A guard of which the types know neither what it needs nor what it adds. */
export type GuardFn = (c: Context) => GuardResult | Promise<GuardResult>;

/**
 * A guard that reads `TNeeds` from `c.locals` and adds `TAdds` to them. The compiler refuses it
 * in a place where nothing before it supplies what it needs.
 *
 * @example
 * const requireAdmin: Guard<{ user: User }> = (c) =>
 *   c.locals.user.role === "admin" ? { allow: true } : { deny: new Response(null, { status: 403 }) };
 */
export type Guard<TNeeds = {}, TAdds = {}> = (
  c: Context<unknown, unknown, unknown, TNeeds>,
) => GuardResult<TAdds> | Promise<GuardResult<TAdds>>;

/** Any guard, whatever it needs. */
export type AnyGuard = (c: never) => GuardResult<object> | Promise<GuardResult<object>>;

const headGuards = new WeakSet<object>();

/**
 * Marks a guard as one that reads only the head of the request: method, URL, headers, raw params
 * and query, locals. The head guards that lead a route's list run before its body is touched.
 *
 * @param guard Takes a context that has neither `input` nor a body.
 * @returns The same function, so its name stays.
 */
export function headGuard<TResult extends GuardResult<object>, TNeeds = AnyLocals>(
  guard: (c: HeadContext<TNeeds>) => TResult | Promise<TResult>,
): (c: HeadContext<TNeeds>) => TResult | Promise<TResult> {
  headGuards.add(guard);
  return guard;
}

/**
 * How many guards of a list run before the body is read.
 *
 * @param guards A route's guards, in order.
 * @returns The length of the leading run of head guards.
 */
export function countLeadingHeadGuards(guards: readonly object[]): number {
  const first = guards.findIndex((guard) => !headGuards.has(guard));
  return first < 0 ? guards.length : first;
}
