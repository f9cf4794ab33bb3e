/** Hooks: the three places around guards and handlers where an app observes, dresses or rescues a request. */
import type { AnyLocals, HookContext } from "./context.ts";

/** How a response came about. */
export type Outcome =
  | { readonly kind: "resolved" }
  | { readonly kind: "denied"; readonly guard: string; readonly index: number }
  | { readonly kind: "unmatched"; readonly allowedMethods: readonly string[] };

/** Where in its life a request was when something threw. */
export type Phase = "onRequest" | "match" | "guard" | "input" | "resolve" | "onResponse";

/** Runs before matching; returns the first locals, or nothing. `env` and `ctx` are the platform's own arguments. */
export type OnRequestHandler<
  TReturn = AnyLocals | void | Promise<AnyLocals | void>,
  TEnv = unknown,
  TCtx = unknown,
> = (info: { readonly request: Request; readonly env: TEnv; readonly ctx: TCtx }) => TReturn;

/** Runs for every response of a handler, a guard or no match; returns it, or another in its place. */
export type OnResponseHandler<TLocals = AnyLocals> = (info: {
  readonly context: HookContext<TLocals>;
  readonly response: Response;
  readonly outcome: Outcome;
}) => Response | Promise<Response>;

/** Runs for anything that throws; returns the response, or undefined to leave it to the next level out. */
export type OnErrorHandler<TLocals = AnyLocals> = (info: {
  readonly error: unknown;
  /** With the locals collected so far: of a level's own, only those that came before the throw are there. */
  readonly context: HookContext<Partial<TLocals>>;
  readonly phase: Phase;
  /** The names of the guards that had allowed, in order. */
  readonly passed: readonly string[];
}) => Response | undefined | Promise<Response | undefined>;

/** One function or several, run in order. */
export type OneOrMany<T> = T | readonly T[];

/** The hooks that a route, a group or an app can have. */
export interface LevelHooks<TLocals = AnyLocals> {
  readonly onResponse?: OneOrMany<OnResponseHandler<TLocals>>;
  readonly onError?: OneOrMany<OnErrorHandler<TLocals>>;
}

export type Level = "route" | "group" | "app";

/** A hook in the composed table, with the level that it came from. */
export interface LeveledHook<THook> {
  readonly level: Level;
  readonly run: THook;
}
