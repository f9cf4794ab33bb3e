/** Handlers: the entries of the route table, as data. */
import type { AnyLocals, Context, HeadContext, ValidationPart } from "./context.ts";
import type { RouteProperties } from "./extensions.ts";
import type { AnyGuard } from "./guard.ts";
import type { LeveledHook, OnErrorHandler, OnResponseHandler } from "./hooks.ts";

/** Produces the response once every guard has allowed the request. */
export type HandlerFn<
  TParams = unknown,
  TQuery = unknown,
  TBody = unknown,
  TLocals = AnyLocals,
  TPathParams = HeadContext["params"],
> = (c: Context<TParams, TQuery, TBody, TLocals, TPathParams>) => Response | Promise<Response>;

/** The schemas of a route's inputs. The body is read, as JSON, only if it has a schema. */
export interface RequestSchemas<TParams = unknown, TQuery = unknown, TBody = unknown> {
  readonly params?: TParams;
  readonly query?: TQuery;
  readonly body?: TBody;
}

/** The schemas of a route's response bodies, by status. */
export interface ResponseSchemas {
  readonly [status: number]: unknown;
}

/** The parts of a request that can have a schema, in the order of their issues. */
export const PARTS: readonly ValidationPart[] = ["params", "query", "body"];

/** The facts about a route. They are apart from `Handler`, so that the compiler has them once for all routes. */
interface HandlerFacts extends RouteProperties {
  /** One method, several methods, or `*` for all. */
  readonly method: string | readonly string[];
  readonly path: string;
  readonly handler: (c: never) => Response | Promise<Response>;
  /** Outermost group first, the route's own last. */
  readonly guards?: readonly AnyGuard[];
  readonly request?: RequestSchemas;
  /** The schemas of the response bodies, by status. The core describes them and never checks a response. */
  readonly responses?: ResponseSchemas;
  /** The route's own body limit in bytes. */
  readonly maxBodyBytes?: number;
  /** The limit of a body with a schema, set when an app composes the route: the route's own, else the app's. */
  readonly bodyLimit?: number;
  /** The route's own first, the outermost level last. */
  readonly onResponse?: readonly LeveledHook<OnResponseHandler>[];
  /** The route's own first, the outermost level last. */
  readonly onError?: readonly LeveledHook<OnErrorHandler>[];
}

/** A route in the table, including the guards and hooks of its groups. */
export interface Handler<in TNeeds = {}, out TOperation = unknown> extends HandlerFacts {
  /** Exists only in the types: the locals that the group or app around the route must supply. */
  readonly "~needs"?: (locals: TNeeds) => void;
  /** Exists only in the types: the operations of the route, for `OperationsOf`. */
  readonly "~operation"?: TOperation;
}

/** The methods of a route. `*` stands for all. */
export function methodsOf({ method }: Pick<Handler, "method">): readonly string[] {
  return [method].flat();
}

/** The names of a route, one for each method, such as `GET /users/:id`. */
export function labelsOf(handler: Pick<Handler, "method" | "path">): string[] {
  return methodsOf(handler).map((method) => `${method} ${handler.path}`);
}

/** The name of a guard or a hook. */
export function nameOf({ name }: { readonly name: string }): string {
  return name || "(anonymous)";
}

/**
 * Lists the routes of nested lists.
 *
 * @returns Also the entries that are no routes, for `setup` to report.
 */
export function flattenHandlers(handlers: unknown): Handler[] {
  return [handlers].flat(Number.POSITIVE_INFINITY) as Handler[];
}

/** Tells whether an entry of `handlers` is a route. */
export function isRoute(entry: unknown): entry is Handler {
  return typeof entry === "object" && entry !== null && "path" in entry;
}

/** A route, or a list of routes, which may nest to any depth. */
export type HandlerEntry<TNeeds = {}> = Handler<TNeeds> | readonly HandlerEntry<TNeeds>[];

/** Routes, in lists that may nest to any depth. */
export type HandlerList<TNeeds = {}> = readonly HandlerEntry<TNeeds>[];

/**
 * The types of the routes in lists. A `HandlerList`, which has no end in the types, has none: it stands for routes
 * without needs, or for the constraint of a type parameter. The first two cases are cheap ways for the lists of most
 * apps, which hold hundreds of types.
 */
export type RoutesOf<THandlers> = THandlers extends readonly Handler<never>[]
  ? THandlers[number]
  : THandlers extends readonly (readonly Handler<never>[])[]
    ? THandlers[number][number]
    : THandlers extends readonly (infer TEntry)[]
      ? HandlerList extends THandlers
        ? never
        : RoutesOf<TEntry>
      : THandlers extends Handler<never>
        ? THandlers
        : never;
