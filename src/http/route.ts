/** Creates routes, whose types check guards, inputs and path parameters. */
import type { AnyLocals, Context } from "./context.ts";
import type { RouteProperties } from "./extensions.ts";
import type { AnyGuard } from "./guard.ts";
import type { CheckGuards, GuardElement, LocalsAfter, Named } from "./guard-order.ts";
import type { Handler, RequestSchemas, ResponseSchemas } from "./handler.ts";
import type { LevelHooks } from "./hooks.ts";
import { addLevel, type LevelParts } from "./level.ts";
import type { Operation } from "./operation.ts";
import type { RouteParams } from "./path-params.ts";
import type { CheckSchema, InferInput } from "./schema.ts";

/** The options of a route. */
export interface RouteConfig<
  TPath extends string = string,
  TParams = unknown,
  TQuery = unknown,
  TBody = unknown,
  TGuards = readonly AnyGuard[],
  TBase = AnyLocals,
  TResponses = ResponseSchemas,
> extends LevelHooks<TBase>,
    RouteProperties {
  readonly request?: RequestSchemas<CheckSchema<TParams>, CheckSchema<TQuery>, CheckSchema<TBody>>;
  /** The schemas of the response bodies, by status. The core describes them and never checks a response. */
  readonly responses?: TResponses & CheckResponses<TResponses>;
  /** Run in this order, after the guards of the groups around the route. */
  readonly guards?: TGuards & CheckGuards<TGuards, TBase>;
  /** The body limit in bytes. Default: the app's for a body with a schema, none for other bodies. */
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

/** Creates a route for a method. */
export type RouteMaker<TBase, TMethod extends string> = <
  const TPath extends string,
  TParams,
  TQuery,
  TBody,
  const TGuards extends readonly GuardElement<TBase>[],
  TResponses extends ResponseSchemas,
>(
  path: TPath,
  config: RouteConfig<TPath, TParams, TQuery, TBody, TGuards, TBase, TResponses>,
) => Handler<Named<TBase>, OperationOf<TMethod, TPath, TParams, TQuery, TBody, TResponses>>;

/** The functions that create routes. `all` matches every method, `on` the given ones. */
export interface Route<TBase> extends RouteMakers<TBase> {
  readonly all: RouteMaker<TBase, string>;
  readonly on: <
    TMethod extends string,
    const TPath extends string,
    TParams,
    TQuery,
    TBody,
    const TGuards extends readonly GuardElement<TBase>[],
    TResponses extends ResponseSchemas,
  >(
    methods: InCapitals<TMethod> | readonly InCapitals<TMethod>[],
    path: TPath,
    config: RouteConfig<TPath, TParams, TQuery, TBody, TGuards, TBase, TResponses>,
  ) => Handler<Named<TBase>, OperationOf<TMethod, TPath, TParams, TQuery, TBody, TResponses>>;
}

type RouteMakers<TBase> = { readonly [M in Method as Lowercase<M>]: RouteMaker<TBase, M> };

/** A route whose method or path is any string has no operation. */
type OperationOf<TMethod extends string, TPath extends string, TParams, TQuery, TBody, TResponses> = string extends
  | TMethod
  | TPath
  ? never
  : Operation<TMethod, TPath, TParams, TQuery, TBody, TResponses>;

type CheckResponses<TResponses> = {
  readonly [S in keyof TResponses]: CheckSchema<TResponses[S]>;
};

/** A method in capitals, since methods are case-sensitive (RFC 9110 §9.1). Only literals are checked. */
type InCapitals<TMethod extends string> = string extends TMethod ? TMethod : Uppercase<TMethod>;

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD" | "OPTIONS";

/** A `RouteConfig` after its types have been checked and dropped. */
interface AnyRouteConfig extends LevelParts, Pick<Handler, "request" | "responses" | "maxBodyBytes"> {
  readonly resolve: Handler["handler"];
}

function createHandler(method: string | readonly string[], path: string, config: AnyRouteConfig): Handler {
  const { resolve: handler, guards, onResponse, onError, ...rest } = config;
  return addLevel("route", config, { ...rest, method, path, handler });
}

/** Creates `route` for locals of the type `TBase`. The cast drops the option types, which have been checked by then. */
export function createRoute<TBase>(): Route<TBase> {
  const makerFor = (method: string) => (path: string, config: AnyRouteConfig) => createHandler(method, path, config);
  const makers = {
    get: makerFor("GET"),
    post: makerFor("POST"),
    put: makerFor("PUT"),
    patch: makerFor("PATCH"),
    delete: makerFor("DELETE"),
    head: makerFor("HEAD"),
    options: makerFor("OPTIONS"),
    all: makerFor("*"),
    on: createHandler,
  };
  return makers as unknown as Route<TBase>;
}
