/** Routes: what a method and a path lead to, as data. */
import type { AnyLocals, Context, HeadContext } from "./context.ts";
import type { AnyGuard } from "./guard.ts";
import type { CheckGuards, GuardElement, LocalsAfter, Named } from "./guard-order.ts";
import { atLevel, type LeveledHook, type LevelHooks, type OnErrorHandler, type OnResponseHandler } from "./hooks.ts";
import type { RouteParams } from "./path-params.ts";
import type { InferInput } from "./schema.ts";

/** Resolves a request that every guard has allowed. */
export type HandlerFn<
  TParams = unknown,
  TQuery = unknown,
  TBody = unknown,
  TLocals = AnyLocals,
  TPathParams = HeadContext["params"],
> = (c: Context<TParams, TQuery, TBody, TLocals, TPathParams>) => Response | Promise<Response>;

/** The schemas of a route's inputs. A body is read, as JSON, only where there is a schema for it. */
export interface RequestSchemas<TParams = unknown, TQuery = unknown, TBody = unknown> {
  readonly params?: TParams;
  readonly query?: TQuery;
  readonly body?: TBody;
}

/** A route in the table, its groups' guards and hooks composed into it. */
export interface Handler<in TNeeds = never> {
  /** In the types alone: the locals that whoever takes the route in has to supply. */
  readonly "~needs"?: (locals: TNeeds) => void;
  /** A method, several, or `*` for all. */
  readonly method: string | readonly string[];
  readonly path: string;
  readonly handler: (c: never) => Response | Promise<Response>;
  /** Outermost group first, the route's own last. */
  readonly guards?: readonly AnyGuard[];
  readonly request?: RequestSchemas;
  /** The most bytes of a body that is read; without it, the app's limit. */
  readonly maxBodyBytes?: number;
  /** The limit in force, once an app has composed the route. */
  readonly bodyLimit?: number;
  /** The route's own first, the outermost level last. */
  readonly onResponse?: readonly LeveledHook<OnResponseHandler>[];
  /** The route's own first, the outermost level last. */
  readonly onError?: readonly LeveledHook<OnErrorHandler>[];
}

/** A route's methods; `*` stands for all. */
export function methodsOf({ method }: Handler): readonly string[] {
  return typeof method === "string" ? [method] : method;
}

/** The names of a route, one a method, such as `GET /users/:id`. */
export function labelsOf(handler: Handler): string[] {
  return methodsOf(handler).map((method) => `${method} ${handler.path}`);
}

/** What `group` and `setup` take: a route, or a list of them such as a group. */
export type HandlerEntry<TNeeds = never> = Handler<TNeeds> | readonly Handler<TNeeds>[];

/** What a route is made of. */
export interface RouteConfig<
  TPath extends string = string,
  TParams = unknown,
  TQuery = unknown,
  TBody = unknown,
  TGuards = readonly AnyGuard[],
  TBase = AnyLocals,
> extends LevelHooks<TBase> {
  readonly request?: RequestSchemas<TParams, TQuery, TBody>;
  /** Run in this order, after those of the groups around the route. */
  readonly guards?: TGuards & CheckGuards<TGuards, TBase>;
  /** The most bytes of a body that is read. */
  readonly maxBodyBytes?: number;
  readonly resolve: (
    c: Context<
      InferInput<TParams>,
      InferInput<TQuery>,
      InferInput<TBody>,
      LocalsAfter<TGuards, TBase>,
      RouteParams<TPath>
    >,
  ) => Response | Promise<Response>;
}

/** Makes a route; what comes before the path is given as `TBefore`. */
export type RouteMaker<TBase, TBefore extends readonly unknown[] = []> = <
  const TPath extends string,
  TParams,
  TQuery,
  TBody,
  const TGuards extends readonly GuardElement<TBase>[],
>(
  ...route: [...TBefore, path: TPath, config: RouteConfig<TPath, TParams, TQuery, TBody, TGuards, TBase>]
) => Handler<Named<TBase>>;

/** The makers of routes. `all` matches every method, `on` those that it is given. */
export interface Route<TBase> extends Readonly<Record<Lowercase<Method> | "all", RouteMaker<TBase>>> {
  readonly on: RouteMaker<TBase, [methods: string | readonly string[]]>;
}

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD" | "OPTIONS";

/** The part of a `RouteConfig` that its types leave when the path, schemas and guards are forgotten. */
interface AnyRouteConfig extends Omit<Handler, "method" | "path" | "handler" | "onResponse" | "onError"> {
  readonly resolve: Handler["handler"];
  readonly onResponse?: unknown;
  readonly onError?: unknown;
}

function createHandler(method: string | readonly string[], path: string, config: AnyRouteConfig): Handler {
  const { resolve, onResponse, onError, ...rest } = config;
  return {
    ...rest,
    method,
    path,
    handler: resolve,
    onResponse: atLevel("route", onResponse),
    onError: atLevel("route", onError),
  };
}

/** Makes routes for locals of the type `TBase`: the seam where a config's types, having been checked, are forgotten. */
export function createRoute<TBase>(): Route<TBase> {
  const of = (method: string) => (path: string, config: AnyRouteConfig) => createHandler(method, path, config);
  const makers = {
    get: of("GET"),
    post: of("POST"),
    put: of("PUT"),
    patch: of("PATCH"),
    delete: of("DELETE"),
    head: of("HEAD"),
    options: of("OPTIONS"),
    all: of("*"),
    on: createHandler,
  };
  return makers as unknown as Route<TBase>;
}
