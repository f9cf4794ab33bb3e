/** What every request starts with: the bindings, an id, a time. */
import type { AppLocals, Env } from "../../env.ts";

const REQUEST_ID = /^[A-Za-z0-9_-]{8,64}$/;

/** @returns The app's locals; the request's own `X-Request-Id` only if it is 8 to 64 letters, digits, `_` or `-`. */
export function supplyLocals(info: { request: Request; env: Env; ctx: ExecutionContext }): AppLocals {
  const { request, env, ctx } = info;
  const given = request.headers.get("X-Request-Id") ?? "";
  return { env, ctx, requestId: REQUEST_ID.test(given) ? given : crypto.randomUUID(), startedAt: Date.now() };
}
