/** The locals that every request starts with: bindings, facts about the app, an id and a time. */
import type { AppFacts, AppLocals, Env } from "../../env.ts";
import { addDeadlines } from "../platform/binding-deadlines.ts";
import { openDatabase } from "../platform/bookmark.ts";

const REQUEST_ID = /^[A-Za-z0-9_-]{8,64}$/;

interface RequestInfo {
  readonly request: Request;
  readonly env: Env;
  readonly ctx: ExecutionContext;
}

/**
 * Creates the hook that supplies the app's locals. A client's `X-Request-Id` is used if it consists of 8 to 64 letters,
 * digits, `_` and `-`.
 */
export function createSupplyLocals(app: AppFacts): (info: RequestInfo) => AppLocals {
  return function supplyLocals({ request, env, ctx }) {
    const given = request.headers.get("X-Request-Id") ?? "";
    const db = openDatabase(request, env);
    return {
      env: addDeadlines(env),
      db,
      ctx,
      app,
      requestId: REQUEST_ID.test(given) ? given : crypto.randomUUID(),
      startedAt: Date.now(),
    };
  };
}
