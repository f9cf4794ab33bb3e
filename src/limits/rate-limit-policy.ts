/** What a rate limit is made of: its policy, the object that counts, and the responses that deny. */
import type { AppLocals, Env, RateLimiterObject, Ruling } from "../env.ts";
import { deny, type Refused } from "../web/respond/refuse.ts";
import { amountOf, durationOf } from "./duration.ts";
import { type LimitState, rateLimitHeaders } from "./rate-limit-headers.ts";

/** How often something may be requested, and by whom. */
export interface RateLimitPolicy<TContext> {
  /** Unique: policies of one name would count together. Letters, digits and `-`, shown in headers and in the policy. */
  readonly name: string;
  /** Requests in any window of that many seconds; the limit may come from a variable. */
  readonly limit: number | ((env: Env) => number);
  readonly windowSeconds: number;
  /** Whose requests count together; undefined for a request that does not count. */
  readonly key: (c: TContext) => string | undefined | Promise<string | undefined>;
  /**
   * The credential that the request carries, as it was sent. A denial is remembered by it as well, so that a denied
   * client is refused before `key` has to find out who it is.
   */
  readonly credential?: (c: TContext) => string | undefined;
  /**
   * The key of a request whose credential turns out to be worthless. Anybody can send the same one, so a denial of this
   * key is remembered by the credential for this key alone.
   */
  readonly fallbackKey?: (c: TContext) => string | undefined;
  /** What to do where the object cannot be asked: admit every request, or none (503). */
  readonly whenUnavailable: "allow" | "deny";
}

/** The limits that a request has passed, for later guards, the handler, and the headers of the response. */
export interface LimitLocals {
  readonly rateLimits: readonly LimitState[];
}

/** The locals that a limit needs: those of the app, and the limits passed before. */
export type LimitNeeds = AppLocals & Partial<LimitLocals>;

/** @throws Error unless the limit is a whole number above 0. */
export function readLimit({ name, limit }: Pick<RateLimitPolicy<never>, "name" | "limit">, env: Env): number {
  const value = Number(typeof limit === "function" ? limit(env) : limit);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new Error(`The limit of the policy ${name} is ${value}, not a whole number above 0: see wrangler.toml`);
}

/** The name of the object that counts for a key of a policy. */
export function objectNameOf(policyName: string, key: string): string {
  return `${policyName} ${key}`;
}

/** A fresh stub, since one whose object has crashed stays broken. @param objectName See `objectNameOf`. */
export function limiterOf({ RATE_LIMITER }: Env, objectName: string): DurableObjectStub<RateLimiterObject> {
  return RATE_LIMITER.get(RATE_LIMITER.idFromName(objectName));
}

/** The state of a policy after a ruling. */
export function stateOf(
  { name, windowSeconds }: Pick<RateLimitPolicy<never>, "name" | "windowSeconds">,
  limit: number,
  { isAdmitted, remaining, resetMs }: Ruling,
): LimitState {
  return { name, limit, windowSeconds, isAdmitted, remaining, resetMs };
}

/**
 * Denies with 429.
 *
 * @param denial The limit that is exhausted.
 * @param reason A sentence without the time; the limit and its window where undefined.
 */
export function denyExhausted(c: Refused & { locals: Partial<LimitLocals> }, denial: LimitState, reason?: string) {
  const { limit, windowSeconds, resetMs } = denial;
  const seconds = Math.max(1, Math.ceil(resetMs / 1000));
  const window = windowSeconds % 60 === 0 ? durationOf(windowSeconds) : amountOf(windowSeconds, "second");
  const said = reason ?? `Limit: ${amountOf(limit, "request")} per ${window}.`;
  return deny(c, 429, `${said} Try again in ${durationOf(seconds)}.`, {
    ...rateLimitHeaders([...(c.locals.rateLimits ?? []), denial]),
    "Retry-After": String(seconds),
  });
}

/** Denies with 503 where the object cannot be asked. */
export function denyUnavailable(c: Refused) {
  return deny(c, 503, "Requests cannot be counted at the moment. Try again in 5 seconds.", { "Retry-After": "5" });
}
