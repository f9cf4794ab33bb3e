/** Sets up an app: composes its route table once and responds to requests with it. */
import { compose } from "./compose.ts";
import type { UnmatchedContext } from "./context.ts";
import { describeValue } from "./describe-value.ts";
import { type AppPlan, dispatch } from "./dispatch.ts";
import type { CheckHandlers, HasKeys, Supplied } from "./guard-order.ts";
import { flattenHandlers, type Handler, type HandlerList, isRoute } from "./handler.ts";
import type { AppHooks, OneOrMany, OnRequestHandler, OnSendHandler } from "./hooks.ts";
import { type AppParts, atLevel, listOf } from "./level.ts";
import type { Validator } from "./schema.ts";
import { SetupError } from "./setup-error.ts";
import { allowedMethods, createTable } from "./table.ts";

/** The options of an app. */
export interface Config<TReturn = unknown, TEnv = unknown, TCtx = unknown, THandlers = HandlerList, TKeys = never>
  extends AppHooks<Supplied<TReturn>> {
  /** Runs before matching and supplies the first locals. One function, or several that run in order. */
  readonly onRequest?: OneOrMany<OnRequestHandler<TReturn, TEnv, TCtx>>;
  /** Routes and groups, in order of priority. The locals that they need must be supplied by `onRequest`. */
  readonly handlers: CheckHandlers<THandlers, SuppliedToHandlers<TReturn, TKeys>>;
  /** Required if any route has a schema. */
  readonly validator?: Validator<never>;
  /** Responds to requests that match no route. Default: 404 with the text `Not Found`. */
  readonly notFound?: (c: UnmatchedContext<Supplied<TReturn>>) => Response | Promise<Response>;
  /** The body limit in bytes for routes that set none. Default: 1 MiB. */
  readonly maxBodyBytes?: number;
}

/** The locals supplied to the handlers; `never`, which accepts any need, until `onRequest` is typed. */
type SuppliedToHandlers<TReturn, TKeys> = "onRequest" extends TKeys
  ? unknown extends TReturn
    ? never
    : Supplied<TReturn>
  : {};

/** The platform's arguments after the request, required only if `onRequest` declares their types. */
type PlatformArguments<TEnv, TCtx> = unknown extends TEnv ? [env?: unknown, ctx?: unknown] : [env: TEnv, ctx: TCtx];

/** An app: a function from request to response, and the route table behind it. */
export interface App<TEnv = unknown, TCtx = unknown> {
  /** Responds to a request and never rejects. Passes `env` and `ctx` to `onRequest`. */
  readonly fetch: (request: Request, ...platform: PlatformArguments<TEnv, TCtx>) => Promise<Response>;
  /** The flat, composed table. Dispatch runs these same arrays. */
  readonly handlers: readonly Handler<unknown>[];
  /** The methods, sorted, that have a route for a path. */
  readonly allowedMethods: (path: string) => readonly string[];
  /** The hooks that run before matching, in order; described by name. */
  readonly onRequest: readonly { readonly name: string }[];
  /** The hooks that run before a response is sent, in order; described by name. */
  readonly onSend: readonly { readonly name: string }[];
}

/**
 * Sets up an app. Call it once, when the module loads.
 *
 * @param config The options, or only the list of routes and groups.
 * @throws {SetupError} If the table has a mistake; see `SetupErrorCode`.
 *
 * @example
 * const app = setup({ handlers: [route.get("/", { resolve: () => new Response("Hello") })] });
 * const response = await app.fetch(new Request("http://localhost/"));
 */
export function setup<
  TReturn,
  THandlers extends HandlerList<never>,
  TList extends HandlerList<never>,
  TEnv = unknown,
  TCtx = unknown,
  TKeys extends PropertyKey = never,
>(
  config: (Config<TReturn, TEnv, TCtx, THandlers, TKeys> & HasKeys<TKeys, Config>) | CheckHandlers<TList, {}>,
): App<TEnv, TCtx> {
  const { handlers, notFound = defaultNotFound, ...app } = forgetTypes(config);
  const onRequest = listOf(app.onRequest);
  const onSend = listOf(app.onSend);
  for (const [name, hooks] of Object.entries({ onRequest, onSend, notFound: [notFound] }))
    for (const hook of hooks)
      if (typeof hook !== "function")
        refuse(`\`${name}\` is ${describeValue(hook)}, not a function`, "Write a function");
  const routes = flattenHandlers(handlers).map((entry) => compose(requireRoute(entry), app));
  const unmatched = compose({ method: "*", path: "(notFound)", handler: notFound }, app);
  const plan: AppPlan = { table: createTable(routes), onRequest, unmatched, onSend: atLevel("app", onSend) };
  const respond = (request: Request, env?: unknown, ctx?: unknown) => dispatch(plan, request, env, ctx);
  return {
    fetch: respond,
    handlers: routes,
    allowedMethods: (path) => allowedMethods(plan.table, path),
    onRequest,
    onSend,
  };
}

function requireRoute(entry: Handler): Handler {
  if (isRoute(entry)) return entry;
  return refuse(`An entry of \`handlers\` is ${describeValue(entry)}, not a route`, "Write routes and lists of routes");
}

function refuse(problem: string, cure: string): never {
  throw new SetupError("option_invalid", problem, [], cure);
}

/** A `Config` after its types have been checked and dropped. */
interface AnyConfig extends AppParts {
  readonly handlers: HandlerList;
  readonly onRequest?: OneOrMany<OnRequestHandler>;
  readonly onSend?: OneOrMany<OnSendHandler>;
  readonly notFound?: (c: UnmatchedContext) => Response | Promise<Response>;
}

/** Drops the types of a config: `setup` has already checked that the locals which handlers need are supplied. */
function forgetTypes(config: unknown): AnyConfig {
  return Array.isArray(config) ? { handlers: config } : (config as AnyConfig);
}

function defaultNotFound(): Response {
  return new Response("Not Found", { status: 404 });
}
