/** The bindings and variables that the platform supplies, and the locals that every request starts with. */
import type { Handler } from "./http/index.ts";

/**
 * The bindings, variables and secrets of `wrangler.toml` that the lower floors use. A feature with bindings of its own
 * declares them in its folder (`declare module "../../env.ts"`).
 */
export interface Env {
  readonly DB: D1Database;
  /** The bytes of what is in `public`. */
  readonly ASSETS: R2Bucket;
  /** Which path of `public` has which bytes. */
  readonly ASSET_MANIFEST: KVNamespace;
  readonly RATE_LIMITER: DurableObjectNamespace<RateLimiterObject>;
  /** The platform's own rate limit of requests per client address: approximate, and without a network hop. */
  readonly ADDRESS_LIMIT: RateLimit;
  /** `development` shows errors to whoever asks and keeps mail in the outbox; anything else does neither. */
  readonly ENVIRONMENT: string;
  /** Secret: a JWK Set (RFC 7517) of symmetric keys. The first signs, all verify. */
  readonly TOKEN_KEYS: string;
  /** The app's canonical origin, such as `https://example.com`. Only development may leave it empty. */
  readonly PUBLIC_ORIGIN: string;
  /** Requests a minute to the API and the pages, for one user; unauthenticated writes, for one client address. */
  readonly API_RATE_LIMIT: number;
  /** Sign-ins and the like a minute, for one client address. */
  readonly SIGN_IN_RATE_LIMIT: number;
  /** Wrong passwords in 15 minutes, for one account. */
  readonly ACCOUNT_RATE_LIMIT: number;
  /** Origins, with spaces between, whose pages may call the API. */
  readonly CORS_ORIGINS: string;
  /** The account with this proved address becomes the first administrator. Empty for none. */
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
  /** Like `take`, for an attempt that counts only if it fails: `settle` says so later. */
  reserve(limit: number, windowMs: number): Promise<Reservation>;
  /** Ends a reservation. @param reservation As `reserve` gave it. @param outcome `refund` gives the place back. */
  settle(reservation: number, outcome: "count" | "refund"): Promise<void>;
  /** Forgets every admission. */
  clear(): Promise<void>;
}

/** What a rate limiter says of a request. */
export interface Ruling {
  readonly isAdmitted: boolean;
  /** How many more would be admitted now. */
  readonly remaining: number;
  /** Milliseconds until there is room for one more than now. */
  readonly resetMs: number;
}

/** What a rate limiter says of an attempt. */
export interface Reservation extends Ruling {
  /** For `settle`; null where the attempt is not admitted. */
  readonly reservation: number | null;
  /** Whether a denial rests on attempts that are not settled yet, so that it may be over in a moment. */
  readonly isUnsettled: boolean;
}

/** A page that the navigation links to. */
export interface NavigationEntry {
  readonly label: string;
  readonly path: string;
  /** Who sees the link; the guards of the route decide who may open the page. */
  readonly for: "anyone" | "user" | "admin";
}

/** Paths that other parts of the app lead to. A path is absent where no feature of the app offers it. */
export interface AppPaths {
  /** The front page. */
  readonly home?: string;
  readonly signIn?: string;
  readonly register?: string;
  /** Takes a POST. */
  readonly signOut?: string;
  readonly account?: string;
  /** Takes the form of the page that asks for the password again. */
  readonly confirmPassword?: string;
  /** The pages that mailed links open, with the token in the query. */
  readonly verifyEmail?: string;
  readonly resetPassword?: string;
  readonly outbox?: string;
}

/** A kind of activity that the live feed may report, and the metric that counts it. */
export interface Activity {
  readonly name: string;
  /** A sentence for the page, such as `A note was created`. */
  readonly text: string;
  /** The routes whose successful responses count, such as `POST /api/notes`. */
  readonly routes: readonly string[];
  readonly metric?: ActivityMetric;
}

/** A metric that counts the activities of the last minute. */
export interface ActivityMetric {
  readonly name: string;
  readonly title: string;
  /** Follows the value, such as `created in the last minute`. */
  readonly unit: string;
  /** The lowest value that is a warning, and the lowest that is critical. */
  readonly warning: number;
  readonly critical: number;
}

/** Asks a dependency for a sign of life. @throws Where it does not respond. */
export type ReadinessCheck = (env: Env) => Promise<unknown>;

/** What follows from the list of features. `assemble` derives it once, when the app is set up. */
export interface AppFacts {
  /** The app's own table, with the routes of every feature. */
  readonly handlers: readonly Handler<unknown>[];
  /** In the order of the features. */
  readonly navigation: readonly NavigationEntry[];
  readonly paths: AppPaths;
  /** Landing page after sign-in: the first page for users. */
  readonly startPath: string;
  /** The front page, or without one the landing page after sign-in. */
  readonly homePath: string;
  /** The permissions that an API key can be given: those that some route requires. */
  readonly permissions: readonly string[];
  /** By the name that `/health/ready` reports. */
  readonly checks: Readonly<Record<string, ReadinessCheck>>;
  readonly activities: readonly Activity[];
}

/** What `onRequest` supplies to every guard, handler and hook. */
export interface AppLocals {
  readonly env: Env;
  readonly ctx: ExecutionContext;
  readonly app: AppFacts;
  readonly requestId: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}
