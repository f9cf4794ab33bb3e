/** The locals that every request starts with: the bindings, the facts of the app, an id and a time. */
import type { AppFacts, AppLocals, Env } from "../../env.ts";

const REQUEST_ID = /^[A-Za-z0-9_-]{8,64}$/;

interface RequestInfo {
  readonly request: Request;
  readonly env: Env;
  readonly ctx: ExecutionContext;
}

/**
 * Creates the hook that supplies the app's locals. A request keeps its own `X-Request-Id` only if that has 8 to 64
 * letters, digits, `_` or `-`.
 */
export function createSupplyLocals(app: AppFacts): (info: RequestInfo) => AppLocals {
  return function supplyLocals({ request, env, ctx }) {
    const given = request.headers.get("X-Request-Id") ?? "";
    return { env, ctx, app, requestId: REQUEST_ID.test(given) ? given : crypto.randomUUID(), startedAt: Date.now() };
  };
}
