/** Makes routes: what a method and a path lead to, with types that check it. */
import type { AnyLocals, Context } from "./context.ts";
import type { AnyGuard } from "./guard.ts";
import type { CheckGuards, GuardElement, LocalsAfter, Named } from "./guard-order.ts";
import type { Handler, RequestSchemas } from "./handler.ts";
import type { LevelHooks } from "./hooks.ts";
import { addLevel, type LevelParts } from "./level.ts";
import type { RouteParams } from "./path-params.ts";
import type { InferInput } from "./schema.ts";

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

/** What a `RouteConfig` is once its types, having been checked, are forgotten. */
interface AnyRouteConfig extends LevelParts, Pick<Handler, "request" | "maxBodyBytes"> {
  readonly resolve: Handler["handler"];
}

function createHandler(method: string | readonly string[], path: string, config: AnyRouteConfig): Handler {
  const { resolve: handler, guards, onResponse, onError, ...rest } = config;
  return addLevel("route", config, { ...rest, method, path, handler });
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
