/** Hooks: functions that run before matching, after a response, and after an error. */
import type { AnyLocals, HookContext } from "./context.ts";

/** Tells which step produced a response. */
export type Outcome =
  | { readonly kind: "resolved" }
  | { readonly kind: "denied"; readonly guard: string; readonly index: number }
  | { readonly kind: "unmatched"; readonly allowedMethods: readonly string[] };

/** The step in which something threw. */
export type Phase = "onRequest" | "match" | "guard" | "input" | "resolve" | "onResponse";

/** Runs before matching and returns the first locals, or nothing. `env` and `ctx` are the arguments of the platform. */
export type OnRequestHandler<
  TReturn = AnyLocals | void | Promise<AnyLocals | void>,
  TEnv = unknown,
  TCtx = unknown,
> = (info: { readonly request: Request; readonly env: TEnv; readonly ctx: TCtx }) => TReturn;

/** Runs for every response of a handler, a guard or `notFound`, and returns that response or a replacement. */
export type OnResponseHandler<TLocals = AnyLocals> = (info: {
  readonly context: HookContext<TLocals>;
  readonly response: Response;
  readonly outcome: Outcome;
}) => Response | Promise<Response>;

/** Runs for anything that throws. Returns the response, or undefined to pass the error to the next outer level. */
export type OnErrorHandler<TLocals = AnyLocals> = (info: {
  readonly error: unknown;
  /** Has the locals collected before the throw, so any of them may be missing. */
  readonly context: HookContext<Partial<TLocals>>;
  readonly phase: Phase;
  /** The names of the guards that had allowed the request, in order. */
  readonly passed: readonly string[];
}) => Response | undefined | Promise<Response | undefined>;

/** One function, or several that run in order. */
export type OneOrMany<T> = T | readonly T[];

/** The hooks of a route, a group or an app. */
export interface LevelHooks<TLocals = AnyLocals> {
  readonly onResponse?: OneOrMany<OnResponseHandler<TLocals>>;
  readonly onError?: OneOrMany<OnErrorHandler<TLocals>>;
}

export type Level = "route" | "group" | "app";

/** A hook in the composed table, with the level that declared it. */
export interface LeveledHook<THook> {
  readonly level: Level;
  readonly run: THook;
}
