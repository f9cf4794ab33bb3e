/** Composes the app's settings into each route and produces the form that dispatch runs. */
import { DEFAULT_MAX_BODY_BYTES } from "./body.ts";
import { checkRoute } from "./check-route.ts";
import type { HookContext, UnmatchedContext } from "./context.ts";
import { countLeadingHeadGuards, type GuardResult } from "./guard.ts";
import type { Handler } from "./handler.ts";
import type { LeveledHook, OnErrorHandler, OnResponseHandler } from "./hooks.ts";
import { type AppParts, addLevel } from "./level.ts";
import type { Validator } from "./schema.ts";

/** A route, ready to run. The types have already checked that the locals its guards and handler need are supplied. */
export interface Composed extends Handler<unknown> {
  readonly guards: readonly ((c: HookContext) => GuardResult | Promise<GuardResult>)[];
  readonly handler: (c: UnmatchedContext) => Response | Promise<Response>;
  readonly onResponse: readonly LeveledHook<OnResponseHandler>[];
  readonly onError: readonly LeveledHook<OnErrorHandler>[];
  readonly bodyLimit: number;
  /** The number of leading guards that run before the body is read. */
  readonly headGuards: number;
  /** Set if any part of the request has a schema. */
  readonly validator: Validator | undefined;
  /** The limit in bytes of a body that the handler reads itself. */
  readonly unparsedBodyLimit: number | undefined;
}

/** @throws {SetupError} If the route has a mistake. */
export function compose(given: Handler, app: AppParts): Composed {
  const handler = addLevel("app", app, given);
  checkRoute(handler, app);
  const { guards = [], request = {}, maxBodyBytes } = handler;
  const readsJson = request.body !== undefined;
  const hasSchema = Object.values(request).some((schema) => schema !== undefined);
  return ready({
    ...handler,
    bodyLimit: maxBodyBytes ?? app.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES,
    headGuards: countLeadingHeadGuards(guards),
    validator: hasSchema ? app.validator : undefined,
    unparsedBodyLimit: readsJson ? undefined : maxBodyBytes,
  });
}

/** Drops the types of the locals that guards and the handler need: `setup` has already checked them. */
function ready(handler: Handler & Pick<Composed, "headGuards" | "validator" | "unparsedBodyLimit">): Composed {
  return handler as Composed;
}
