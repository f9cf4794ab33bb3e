/** The bindings and variables of the app, the facts about it, and the locals of every request. */
import type { Handler } from "./http/index.ts";

/**
 * The bindings, variables and secrets that the lower floors use. A feature with its own bindings declares them in its
 * folder (`declare module "../../env.ts"`).
 */
export interface Env {
  readonly DB: D1Database;
  /** The contents of the files of `public`. */
  readonly ASSETS: R2Bucket;
  /** Maps the paths of `public` to their contents in `ASSETS`. */
  readonly ASSET_MANIFEST: KVNamespace;
  /** The version of the manifest, set by a deploy. Empty in development. */
  readonly ASSET_VERSION: string;
  readonly RATE_LIMITER: DurableObjectNamespace<RateLimiterObject>;
  /** The platform's rate limit for each client address: approximate, but without a network hop. */
  readonly ADDRESS_LIMIT: RateLimit;
  /** `development` shows errors to clients and keeps mail in the outbox; any other value does neither. */
  readonly ENVIRONMENT: string;
  /** Secret: a JWK Set (RFC 7517) of symmetric keys. The first key signs; all keys verify. */
  readonly TOKEN_KEYS: string;
  /** The app's canonical origin, such as `https://example.com`. May be empty only in development. */
  readonly PUBLIC_ORIGIN: string;
  /** Requests per minute for each user, and unauthenticated writes per minute for each client address. */
  readonly API_RATE_LIMIT: number;
  /** Sign-ins, registrations and uses of mailed links per minute, for each client address. */
  readonly SIGN_IN_RATE_LIMIT: number;
  /** Wrong passwords per 15 minutes, for each account. */
  readonly ACCOUNT_RATE_LIMIT: number;
  /** Origins whose pages may call the API, separated by spaces. */
  readonly CORS_ORIGINS: string;
  /** The user who confirms this address becomes the first administrator. Empty for none. */
  readonly ADMIN_EMAIL: string;
  /** The service that sends mail outside development: `cloudflare`, `resend`, or empty for none. */
  readonly MAIL_PROVIDER: string;
  /** The sender address of mail. */
  readonly MAIL_FROM: string;
  /** For the provider `cloudflare`. */
  readonly EMAIL?: SendEmail;
  /** Secret, for the provider `resend`. */
  readonly RESEND_API_KEY?: string;
}

/** The bindings of a request. It uses `locals.db` instead of `DB`. */
export type RequestEnv = Omit<Env, "DB">;

/** The interface of the Durable Object in `src/limits/rate-limiter.ts`. */
export interface RateLimiterObject extends Rpc.DurableObjectBranded {
  /** Admits a request, or returns the time until it can be admitted. */
  take(limit: number, windowMs: number): Promise<Ruling>;
  /** Like `take`, for an attempt that counts only if it fails. Call `settle` with its outcome. */
  reserve(limit: number, windowMs: number): Promise<Reservation>;
  /** Ends a reservation. @param reservation From `reserve`. @param outcome `refund` frees its place. */
  settle(reservation: number, outcome: "count" | "refund"): Promise<void>;
  /** Removes all admissions. */
  clear(): Promise<void>;
}

/** The decision of a rate limiter about a request. */
export interface Ruling {
  readonly isAdmitted: boolean;
  /** The number of further requests that would be admitted now. */
  readonly remaining: number;
  /** Milliseconds until `remaining` grows by one. */
  readonly resetMs: number;
}

/** The decision of a rate limiter about an attempt. */
export interface Reservation extends Ruling {
  /** For `settle`; null if the attempt is not admitted. */
  readonly reservation: number | null;
  /** True for a denial that depends on unsettled attempts, and so may end at any moment. */
  readonly isUnsettled: boolean;
}

/** A page that the navigation links to. */
export interface NavigationEntry {
  readonly label: string;
  readonly path: string;
  /** The users who see the link. The guards of the route control access to the page itself. */
  readonly for: "anyone" | "user" | "admin";
}

/** Paths that other parts of the app link to. A path is absent if no feature offers it. */
export interface AppPaths {
  /** The front page. */
  readonly home?: string;
  readonly signIn?: string;
  readonly register?: string;
  /** The path that the sign-out form posts to. */
  readonly signOut?: string;
  readonly account?: string;
  /** The path to which the theme switch posts. */
  readonly theme?: string;
  /** For the form of the page that asks for the password again. */
  readonly confirmPassword?: string;
  /** The pages that mailed links open, with the token in the query. */
  readonly verifyEmail?: string;
  readonly resetPassword?: string;
  readonly outbox?: string;
  /** The page that shows the policy of the app. */
  readonly policy?: string;
  /** The page that shows every component, in development. */
  readonly styleguide?: string;
  /** The page that describes the API. */
  readonly docs?: string;
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

/**
 * A table in which a user may own so many rows that deleting them takes long. When a user is deleted, the rows are
 * erased in batches. So the table must not have `ON DELETE CASCADE`, and it needs a trigger that refuses rows of users
 * who do not exist; see `migrations/0003_notes.sql`. Every member is SQL.
 */
export interface Erasure {
  readonly table: string;
  /** The columns of a unique key, separated by commas. */
  readonly key: string;
  /** The condition under which a row belongs to a row of `deleted_users (id, number)`. It needs an index. */
  readonly owner: string;
}

/** Routes that break a rule of the policy for a reason. The policy prints the reason. */
export interface PolicyExceptions {
  /** Routes that change state without a guard that authenticates, by a label such as `POST /login`. */
  readonly unauthenticated: Readonly<Record<string, string>>;
  /** Routes without a limit. `GET` includes HEAD, and `OPTIONS *` is every preflight. */
  readonly unlimited: Readonly<Record<string, string>>;
}

/**
 * Checks that a dependency responds. Returns `off` for one that is not configured and that the app works without.
 *
 * @throws If it does not respond.
 */
export type ReadinessCheck = (locals: StorageLocals) => Promise<unknown>;

/** The bindings and the database, of a request or of work outside requests. */
export interface StorageLocals {
  readonly env: RequestEnv;
  readonly db: Pick<D1Database, "prepare" | "batch">;
}

/** A hook, of which only the name is read. */
interface NamedHook {
  readonly name: string;
}

/** A feature, which `npm run remove` removes. */
export interface FeatureFacts {
  readonly name: string;
  /** The number of its routes. */
  readonly routes: number;
}

/** Facts about the app that `assemble` derives once from the list of features. */
export interface AppFacts {
  /** In the order of `app.ts`, without the lower floors. */
  readonly features: readonly FeatureFacts[];
  /** The complete route table. */
  readonly handlers: readonly Handler<unknown>[];
  /** The methods that have a route for a path. */
  allowedMethods(path: string): readonly string[];
  /** The hooks of the app that run before matching and before the response leaves. */
  readonly onRequest: readonly NamedHook[];
  readonly onSend: readonly NamedHook[];
  /** In the order of the features. */
  readonly navigation: readonly NavigationEntry[];
  readonly paths: AppPaths;
  /** Landing page after sign-in: the first page for users. */
  readonly startPath: string;
  /** The front page; without one, the landing page after sign-in. */
  readonly homePath: string;
  /** The permissions that an API key can have: those that a route requires. */
  readonly permissions: readonly string[];
  /** By the name that `/health/ready` reports. */
  readonly checks: Readonly<Record<string, ReadinessCheck>>;
  readonly activities: readonly Activity[];
  readonly erasures: readonly Erasure[];
  readonly exceptions: PolicyExceptions;
}

/** The database of a request; see `src/web/platform/request-database.ts`. */
export interface RequestDatabase extends Pick<D1Database, "prepare" | "batch"> {
  /** Whether all further statements are executed by the primary. */
  readonly isPrimary: boolean;
  /** The latest state of the database that the request has seen; undefined if it has executed no statement. */
  readonly bookmark: string | undefined;
  /** Whether the request has executed a statement that may write. */
  readonly hasWritten: boolean;
  /** Executes all further statements at the primary, for decisions that must not rest on an older state. */
  usePrimary(): void;
}

/** The locals that `onRequest` supplies to every guard, handler and hook. */
export interface AppLocals {
  readonly env: RequestEnv;
  /** The database. All requests use it in place of the binding. */
  readonly db: RequestDatabase;
  readonly ctx: ExecutionContext;
  readonly app: AppFacts;
  readonly requestId: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

/** The request and the locals, for functions that need no other part of a handler's context. */
export interface AppContext<TLocals = object> {
  readonly request: Request;
  readonly locals: AppLocals & TLocals;
}
