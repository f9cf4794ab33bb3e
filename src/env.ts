/** What the platform gives the app (bindings and variables), and the locals that every request starts with. */

/** The bindings, variables and secrets of `wrangler.toml`. */
export interface Env {
  readonly DB: D1Database;
  /** What users upload. */
  readonly FILES: R2Bucket;
  /** The bytes of what is in `public`. */
  readonly ASSETS: R2Bucket;
  /** Which path of `public` has which bytes. */
  readonly ASSET_MANIFEST: KVNamespace;
  readonly RATE_LIMITER: DurableObjectNamespace<RateLimiterObject>;
  /** `development` shows errors to whoever asks and keeps mail in the outbox; anything else does neither. */
  readonly ENVIRONMENT: string;
  /** Secret: a JWK Set (RFC 7517) of symmetric keys. The first signs, all verify. */
  readonly TOKEN_KEYS: string;
  /** Sign-ins and the like a minute, for one address and e-mail. */
  readonly AUTH_RATE_LIMIT: number;
  /** Requests of the API a minute, for one user, key or address. */
  readonly API_RATE_LIMIT: number;
  /** Origins, with spaces between, whose pages may call the API. */
  readonly CORS_ORIGINS: string;
  /** Whoever proves to own this address becomes an administrator. Empty for nobody. */
  readonly ADMIN_EMAIL: string;
  /** The address that mail comes from. */
  readonly MAIL_FROM: string;
  /** Sends mail, outside development; see the README. */
  readonly EMAIL?: SendEmail;
}

/** The Durable Object in `src/limits/rate-limiter.ts`, as its callers see it. */
export interface RateLimiterObject extends Rpc.DurableObjectBranded {
  /** Admits a request, or says when it can be admitted. */
  take(limit: number, windowMs: number): Promise<Ruling>;
}

/** What a rate limiter says of a request. */
export interface Ruling {
  readonly isAdmitted: boolean;
  /** How many more would be admitted now. */
  readonly remaining: number;
  /** Milliseconds until there is room for one more than now. */
  readonly resetMs: number;
}

/** What `onRequest` supplies to every guard, handler and hook. */
export interface AppLocals {
  readonly env: Env;
  readonly ctx: ExecutionContext;
  readonly requestId: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}
