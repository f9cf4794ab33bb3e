/** Limits failed attempts, such as wrong passwords: `limitAttempts(policy)`, with `clearLimit` to forget them. */
import type { RequestEnv, Reservation } from "../env.ts";
import type { Context, Guard, GuardResult } from "../http/index.ts";
import { stateFacts } from "../web/app/guard-facts.ts";
import { logFailure } from "../web/app/log.ts";
import { withDeadline } from "../web/platform/transient.ts";
import { deny } from "../web/respond/refuse.ts";
import {
  denyExhausted,
  denyUnavailable,
  LIMITER_DEADLINE_MS,
  type LimitNeeds,
  limiterOf,
  limitFactOf,
  objectNameOf,
  previewLimit,
  type RateLimitPolicy,
  readLimit,
  stateOf,
} from "./rate-limit-policy.ts";

declare module "../http/index.ts" {
  interface SuppliedBy {
    attempt: "attempt (by limitAttempts)";
  }
}

/** An admitted attempt. It counts as failed unless `succeed` is called within 10 s. */
export interface Attempt {
  /** Further attempts that may fail if this one does; `Infinity` if attempts are not counted. */
  readonly remaining: number;
  /** Stops counting this attempt. Never rejects: if the object is unavailable, the attempt counts. */
  succeed(): Promise<void>;
  /** Settles the attempt as failed, so that other attempts need not wait for it. Never rejects. */
  fail(): Promise<void>;
}

export interface AttemptLocals {
  readonly attempt: Attempt;
}

/**
 * Limits the failed attempts of each client within a period. Creates a guard, to run after the body was read, that
 * admits an attempt if the limit holds even if this attempt and all unsettled ones fail. It denies with 429 if too many
 * attempts have failed. It denies with 503 if the decision depends on unsettled attempts, or if its object is
 * unavailable and the policy says so. No denial is remembered, so that `clearLimit` takes effect immediately.
 *
 * @example
 * const limitPasswords = limitAttempts({
 *   name: "password",
 *   limit: 5,
 *   windowSeconds: 900,
 *   key: (c) => emailOf(c.raw.body),
 *   whenUnavailable: "deny",
 * });
 * // In the handler:
 * await (isCorrect ? locals.attempt.succeed() : locals.attempt.fail());
 */
export function limitAttempts<TNeeds extends LimitNeeds = LimitNeeds>(
  policy: Omit<RateLimitPolicy<Context<unknown, unknown, unknown, TNeeds>>, "credential">,
): Guard<TNeeds, AttemptLocals> {
  type TContext = Context<unknown, unknown, unknown, TNeeds>;
  const { name, windowSeconds, whenUnavailable } = policy;
  return stateFacts(
    async function rateLimit(c: TContext): Promise<GuardResult<AttemptLocals>> {
      const { env } = c.locals;
      const limit = readLimit(policy, env);
      const key = await policy.key(c);
      if (key === undefined) return { allow: true, locals: { attempt: UNCOUNTED } };
      const objectName = objectNameOf(name, key);
      const ruling = await reserve(env, objectName, limit, windowSeconds * 1000);
      if (!ruling)
        return whenUnavailable === "deny" ? denyUnavailable(c) : { allow: true, locals: { attempt: UNCOUNTED } };
      const { reservation, isUnsettled, remaining } = ruling;
      if (reservation !== null)
        return { allow: true, locals: { attempt: openAttempt(env, objectName, reservation, remaining) } };
      if (!isUnsettled) return denyExhausted(c, stateOf(policy, limit, ruling), "failed attempt");
      return deny(c, 503, "Other attempts are still being checked. Try again in 1 second.", { "Retry-After": "1" });
    },
    {
      denies: [429, 503],
      explanation: "Limits the failed attempts of each client within a period.",
      detail: name,
      preview: (visitor) => previewLimit(policy, visitor),
      limits: [limitFactOf(policy, "failed attempts")],
    },
  );
}

/**
 * Forgets every failed attempt of a key. Never rejects: if the object is unavailable, the failure is logged and the
 * attempts count until they leave the window.
 */
export async function clearLimit(env: RequestEnv, policyName: string, key: string): Promise<void> {
  try {
    await withDeadline(limiterOf(env, objectNameOf(policyName, key)).clear(), LIMITER_DEADLINE_MS);
  } catch (error) {
    logFailure(`The rate limit ${policyName} could not be cleared`, error);
  }
}

const UNCOUNTED: Attempt = { remaining: Number.POSITIVE_INFINITY, succeed: async () => {}, fail: async () => {} };

function openAttempt(env: RequestEnv, objectName: string, reservation: number, remaining: number): Attempt {
  async function settle(outcome: "count" | "refund"): Promise<void> {
    try {
      await withDeadline(limiterOf(env, objectName).settle(reservation, outcome), LIMITER_DEADLINE_MS);
    } catch (error) {
      logFailure("An attempt could not be settled, so it counts as failed", error);
    }
  }
  return { remaining, succeed: () => settle("refund"), fail: () => settle("count") };
}

/** @returns Undefined if the object is unavailable. */
async function reserve(
  env: RequestEnv,
  objectName: string,
  limit: number,
  windowMs: number,
): Promise<Reservation | undefined> {
  try {
    return await withDeadline(limiterOf(env, objectName).reserve(limit, windowMs), LIMITER_DEADLINE_MS);
  } catch (error) {
    logFailure("A rate limiter is unavailable", error);
    return undefined;
  }
}
