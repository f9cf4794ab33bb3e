/** The parts of a rate limit: its policy, the object that counts, and the responses that deny. */
import type { AppLocals, RateLimiterObject, RequestEnv, Ruling } from "../env.ts";
import type { LimitFact, Verdict, Visitor } from "../web/app/guard-facts.ts";
import { deny, type RefusalContext } from "../web/respond/refuse.ts";
import { amountOf, durationOf } from "./duration.ts";
import { type LimitState, rateLimitHeaders } from "./rate-limit-headers.ts";

declare module "../web/app/guard-facts.ts" {
  interface VisitorLocals {
    /** `unused` for a hypothetical visitor, who has not used up any limit. */
    readonly rateLimits: readonly LimitState[] | "unused";
  }
}

/** A limit on the requests of each key. */
export interface RateLimitPolicy<TContext> {
  /** A unique name of letters, digits and `-`, shown in headers and in the policy. Equal names would count together. */
  readonly name: string;
  /** Maximum requests in any window of `windowSeconds`. May come from a variable. */
  readonly limit: number | ((env: RequestEnv) => number);
  readonly windowSeconds: number;
  /** Requests with the same key count together. Undefined for a request that does not count. */
  readonly key: (c: TContext) => string | undefined | Promise<string | undefined>;
  /** Whether requests of a visitor to a route count, as far as `key` decides it by these alone. Default: unknown. */
  readonly isCounted?: (visitor: Visitor) => boolean | undefined;
  /**
   * The credential of the request, as the client sent it. A denial is also remembered by it, so that a denied client is
   * refused before `key` identifies it.
   */
  readonly credential?: (c: TContext) => string | undefined;
  /**
   * The key of a request whose credential turns out to be invalid. Any client can send the same credential, so a denial
   * of this key is remembered by the credential for this key only.
   */
  readonly fallbackKey?: (c: TContext) => string | undefined;
  /**
   * The key that `key` is likely to return, for a request with a credential, found without calling the platform. The
   * request is then counted while `key` runs. Return one only for a genuine credential: the request is counted for a
   * wrong key, too. Default: the key that the credential had within the last minute in this isolate.
   */
  readonly presume?: (c: TContext) => Presumption | undefined | Promise<Presumption | undefined>;
  /** If the object is unavailable: admit every request, or deny every request with 503. */
  readonly whenUnavailable: "allow" | "deny";
}

/** A key that a request is likely to have. */
export interface Presumption {
  readonly key: string;
  /** Names the credential in its one canonical form: after a wrong presumption, nothing is presumed from it. */
  readonly source: string;
}

/** The limits that a request has passed, for later guards, the handler and the response headers. */
export interface LimitLocals {
  readonly rateLimits: readonly LimitState[];
}

/** The locals that a limit needs: those of the app, and the limits that the request has already passed. */
export type LimitNeeds = AppLocals & Partial<LimitLocals>;

/** Reads the limit of a policy. @throws Error unless it is a whole number above 0. */
export function readLimit({ name, limit }: Pick<RateLimitPolicy<never>, "name" | "limit">, env: RequestEnv): number {
  const value = Number(typeof limit === "function" ? limit(env) : limit);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new Error(`The rate limit ${name} must be a whole number above 0, not ${value}. Correct it in wrangler.toml`);
}

/** Previews a limit by the state that the visitor's own request has read, without counting. */
export function previewLimit({ name, isCounted }: RateLimitPolicy<never>, visitor: Visitor): Verdict {
  const { rateLimits = [] } = visitor.locals;
  if (rateLimits === "unused" || isCounted?.(visitor) === false) return "allow";
  return rateLimits.some((state) => state.name === name && state.remaining > 0) ? "allow" : "depends";
}

/** The limit of a policy as a fact about its guard. @param unit In the plural. */
export function limitFactOf(
  policy: Pick<RateLimitPolicy<never>, "name" | "limit" | "windowSeconds">,
  unit: string,
): LimitFact {
  const { name, windowSeconds } = policy;
  return { name, max: (env) => readLimit(policy, env), unit, windowSeconds };
}

/**
 * The time after which a limiter counts as unavailable. A call is never repeated, since it may have been counted.
 */
export const LIMITER_DEADLINE_MS = 5_000;

/** The name of the object that counts the requests of a key. */
export function objectNameOf(policyName: string, key: string): string {
  return `${policyName} ${key}`;
}

/** Gets a new stub, since a stub stays broken after its object has crashed. @param objectName From `objectNameOf`. */
export function limiterOf({ RATE_LIMITER }: RequestEnv, objectName: string): DurableObjectStub<RateLimiterObject> {
  return RATE_LIMITER.get(RATE_LIMITER.idFromName(objectName));
}

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
 * @param noun The unit of the limit, in the singular.
 */
export function denyExhausted(
  c: RefusalContext & { locals: { rateLimits?: LimitLocals["rateLimits"] | undefined } },
  denial: LimitState,
  noun = "request",
) {
  const { limit, windowSeconds, resetMs } = denial;
  const seconds = Math.max(1, Math.ceil(resetMs / 1000));
  const window = windowSeconds % 60 === 0 ? durationOf(windowSeconds) : amountOf(windowSeconds, "second");
  return deny(c, 429, `Limit: ${amountOf(limit, noun)} per ${window}. Try again in ${durationOf(seconds)}.`, {
    ...rateLimitHeaders([...(c.locals.rateLimits ?? []), denial]),
    "Retry-After": String(seconds),
  });
}

/** Denies with 503 because the object is unavailable. */
export function denyUnavailable(c: RefusalContext) {
  return deny(c, 503, "The rate limiter is unavailable. Try again in 5 seconds.", { "Retry-After": "5" });
}
