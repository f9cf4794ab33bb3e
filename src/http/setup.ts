/** Sets an app up: composes its table once, and answers requests with it. */

import { type AppParts, compose } from "./compose.ts";
import type { UnmatchedContext } from "./context.ts";
import { type AppPlan, dispatch } from "./dispatch.ts";
import type { HasKeys, Supplied } from "./guard-order.ts";
import type { Handler, HandlerEntry } from "./handler.ts";
import type { LevelHooks, OneOrMany, OnRequestHandler } from "./hooks.ts";
import type { Validator } from "./schema.ts";
import { createTable } from "./table.ts";

/** What an app is made of. */
export interface Config<TReturn = unknown, TEnv = unknown, TCtx = unknown, TKeys = never>
  extends LevelHooks<Supplied<TReturn>> {
  /** Runs before matching and supplies the first locals: one function, or several that run in order. */
  readonly onRequest?: OneOrMany<OnRequestHandler<TReturn, TEnv, TCtx>>;
  /** Routes and groups that need no more than `onRequest` supplies, in the order in which they are tried. */
  readonly handlers: readonly HandlerEntry<SuppliedToHandlers<TReturn, TKeys>>[];
  /** Needed as soon as one route has a schema. */
  readonly validator?: Validator<never>;
  /** Answers where no route matches; without it, 404 `Not Found`. */
  readonly notFound?: (c: UnmatchedContext<Supplied<TReturn>>) => Response | Promise<Response>;
  /** The most bytes of a body that is read, where a route sets no limit of its own. 1 MiB without it. */
  readonly maxBodyBytes?: number;
}

/** What the handlers of a config may count on; whatever they need, while `onRequest` is still to be typed. */
type SuppliedToHandlers<TReturn, TKeys> = "onRequest" extends TKeys
  ? unknown extends TReturn
    ? never
    : Supplied<TReturn>
  : {};

/** The platform's arguments behind the request, demanded only where `onRequest` says what they are. */
type PlatformArguments<TEnv, TCtx> = unknown extends TEnv ? [env?: unknown, ctx?: unknown] : [env: TEnv, ctx: TCtx];

/** An app: a function from request to response, and the table that it runs. */
export interface App<TEnv = unknown, TCtx = unknown> {
  /** Answers a request; never rejects. Hands `env` and `ctx` to `onRequest`. */
  readonly fetch: (request: Request, ...platform: PlatformArguments<TEnv, TCtx>) => Promise<Response>;
  /** The flat, composed table: the very arrays that dispatch runs. */
  readonly handlers: readonly Handler<unknown>[];
  /** What runs before matching, in order; described by name. */
  readonly onRequest: readonly { readonly name: string }[];
}

/**
 * Sets an app up, once, when its module loads.
 *
 * @param config The table and the app's hooks, or only the table.
 * @throws {SetupError} For a table that cannot be right; see `SetupErrorCode`.
 *
 * @example
 * const app = setup({ handlers: [route.get("/", { resolve: () => new Response("Hello") })] });
 * const response = await app.fetch(new Request("http://localhost/"));
 */
export function setup<TReturn, TEnv = unknown, TCtx = unknown, TKeys extends PropertyKey = never>(
  config: (Config<TReturn, TEnv, TCtx, TKeys> & HasKeys<TKeys, Config>) | readonly HandlerEntry<{}>[],
): App<TEnv, TCtx> {
  const { handlers, onRequest = [], notFound = defaultNotFound, ...app } = forgetTypes(config);
  const routes = handlers.flat().map((handler) => compose(handler, app));
  const unmatched = compose({ method: "*", path: "(no route)", handler: notFound }, app);
  const plan: AppPlan = { table: createTable(routes), onRequest: [onRequest].flat(), unmatched };
  const answer = (request: Request, env?: unknown, ctx?: unknown) => dispatch(plan, request, env, ctx);
  return { fetch: answer, handlers: routes, onRequest: plan.onRequest };
}

/** A `Config` whose types are forgotten. */
interface AnyConfig extends AppParts {
  readonly handlers: readonly HandlerEntry[];
  readonly onRequest?: OneOrMany<OnRequestHandler>;
  readonly notFound?: (c: UnmatchedContext) => Response | Promise<Response>;
}

/** The seam: `setup` has checked, in the types, that what handlers need is supplied. */
function forgetTypes(config: unknown): AnyConfig {
  return Array.isArray(config) ? { handlers: config } : (config as AnyConfig);
}

function defaultNotFound(): Response {
  return new Response("Not Found", { status: 404 });
}
