/** What the platform gives the app (bindings and variables), and the locals that every request starts with. */

/** The bindings of `wrangler.toml`. */
export interface Env {
  readonly DB: D1Database;
  /** `development` shows errors to whoever asks; anything else shows only the request id. */
  readonly ENVIRONMENT: string;
}

/** What `onRequest` supplies to every guard, handler and hook. */
export interface AppLocals {
  readonly env: Env;
  readonly ctx: ExecutionContext;
  readonly requestId: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}
