/** Handlers: routes as the table holds them, as data. */
import type { AnyLocals, Context, HeadContext } from "./context.ts";
import type { AnyGuard } from "./guard.ts";
import type { LeveledHook, OnErrorHandler, OnResponseHandler } from "./hooks.ts";

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
