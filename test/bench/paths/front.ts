/**
 * Runs in front of the built Worker, and passes each request to the app or to Hono, with the bindings that its headers
 * name.
 */

import type { Env } from "../../../src/env.ts";
import { createHonoApp } from "./hono.ts";
import { ORIGIN } from "./hono-middleware.ts";
import type { MeasuredPaths, OwnedRow } from "./measured.ts";
import { admitAll, repeatDatabase, repeatRuling } from "./storage.ts";

const UNLIMITED = { API_RATE_LIMIT: 1_000_000, CORS_ORIGINS: ORIGIN };

/** Created once, since an isolate gets the same object with every request. */
const environments = new Map<string, Env>();

/** @param name `real`, `repeated` or `limited`, and the contender: each has its own limiters. */
function environmentOf(name: string, env: Env): Env {
  const known = environments.get(name);
  if (known) return known;
  const isLimited = name.includes("limited");
  const limits = isLimited ? { ...UNLIMITED, API_RATE_LIMIT: 1 } : UNLIMITED;
  const made = name.includes("repeated")
    ? { DB: repeatDatabase(env.DB), RATE_LIMITER: repeatRuling(!isLimited), ADDRESS_LIMIT: admitAll }
    : {};
  const environment = { ...env, ...limits, ...made } as Env;
  environments.set(name, environment);
  return environment;
}

interface BuiltWorker {
  fetch(request: Request, env: Env, ctx: ExecutionContext): Promise<Response>;
}

export function createFront<TRow extends OwnedRow, TQuery>(
  worker: BuiltWorker,
  paths: MeasuredPaths<TRow, TQuery>,
): ExportedHandler<Env> {
  const hono = createHonoApp(paths);
  return {
    fetch(request, env, ctx) {
      const contender = request.headers.get("X-Contender") ?? "";
      const environment = environmentOf(`${contender} ${request.headers.get("X-Bindings") ?? "real"}`, env);
      return contender === "Hono" ? hono.fetch(request, environment, ctx) : worker.fetch(request, environment, ctx);
    },
  };
}
