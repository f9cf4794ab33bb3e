/** Hooks: functions that run before matching, after a response, after an error, and before a response is sent. */
import type { AnyLocals, HookContext } from "./context.ts";

/** The step in which something threw. */
export type Phase = "onRequest" | "match" | "guard" | "input" | "resolve" | "onResponse";

/** Tells which step produced a response. */
export type Outcome =
  | { readonly kind: "resolved" }
  | { readonly kind: "denied"; readonly guard: string; readonly index: number }
  | { readonly kind: "unmatched"; readonly allowedMethods: readonly string[] }
  | {
      readonly kind: "failed";
      readonly phase: Phase;
      /** The names of the guards that had allowed the request, in order. */
      readonly passed: readonly string[];
    };

/** Runs before matching and returns the first locals, or nothing. `env` and `ctx` are the arguments of the platform. */
export type OnRequestHandler<
  TReturn = AnyLocals | void | Promise<AnyLocals | void>,
  TEnv = unknown,
  TCtx = unknown,
> = (info: { readonly request: Request; readonly env: TEnv; readonly ctx: TCtx }) => TReturn;

/** A replacement for the response, or undefined to keep it. */
type Replacement = Response | undefined | Promise<Response | undefined>;

/** Runs for every response of a handler, a guard or `notFound`. */
export type OnResponseHandler<TLocals = AnyLocals> = (info: {
  readonly context: HookContext<TLocals>;
  readonly response: Response;
  readonly outcome: Exclude<Outcome, { readonly kind: "failed" }>;
}) => Replacement;

interface Thrown {
  readonly error: unknown;
  /** The names of the guards that had allowed the request, in order. */
  readonly passed: readonly string[];
}

/** An error after the locals of `onRequest` were supplied. */
interface LaterError<TLocals> extends Thrown {
  /** Has the locals collected before the throw. */
  readonly context: HookContext<TLocals>;
  readonly phase: Exclude<Phase, "onRequest">;
}

/** An error in `onRequest`. */
interface EarlyError<TLocals> extends Thrown {
  readonly context: HookContext<Partial<TLocals>>;
  readonly phase: "onRequest";
}

/** Runs for anything that throws. Returns the response, or undefined to pass the error to the next outer level. */
export type OnErrorHandler<TLocals = AnyLocals> = (info: LaterError<TLocals> | EarlyError<TLocals>) => Replacement;

/** Runs last and exactly once for every response, whatever produced it. */
export type OnSendHandler<TLocals = AnyLocals> = (info: {
  /** May lack the locals of `onRequest`, because `onRequest` may have thrown. */
  readonly context: HookContext<Partial<TLocals>>;
  readonly response: Response;
  readonly outcome: Outcome;
  /** The thrown value, if the outcome is `failed`. */
  readonly error: unknown;
}) => Replacement;

/** One function, or several that run in order. */
export type OneOrMany<T> = T | readonly T[];

/** The hooks of a route or a group. */
export interface LevelHooks<TLocals = AnyLocals> {
  readonly onResponse?: OneOrMany<OnResponseHandler<TLocals>>;
  /** Before a route has matched, only the `onError` of the app runs. */
  readonly onError?: OneOrMany<(info: LaterError<TLocals>) => Replacement>;
}

/** The hooks of an app. */
export interface AppHooks<TLocals = AnyLocals> extends Omit<LevelHooks<TLocals>, "onError"> {
  readonly onError?: OneOrMany<OnErrorHandler<TLocals>>;
  readonly onSend?: OneOrMany<OnSendHandler<TLocals>>;
}

export type Level = "route" | "group" | "app";

/** A hook in the composed table, with the level that declared it. */
export interface LeveledHook<THook> {
  readonly level: Level;
  readonly run: THook;
}
