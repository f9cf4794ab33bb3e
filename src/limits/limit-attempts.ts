/** Limits failed attempts, such as wrong passwords: `limitAttempts(policy)`, and `clearLimit` to forget them. */
import type { Env, Reservation } from "../env.ts";
import type { Context, Guard, GuardResult } from "../http/index.ts";
import { stateFacts } from "../web/app/guard-facts.ts";
import { logFailure } from "../web/app/log.ts";
import { deny } from "../web/respond/refuse.ts";
import {
  denyExhausted,
  denyUnavailable,
  type LimitNeeds,
  limiterOf,
  objectNameOf,
  type RateLimitPolicy,
  readLimit,
  stateOf,
} from "./rate-limit-policy.ts";

/** An attempt that has been admitted. It counts as failed from the start, and stays so unless it succeeds within 10 s. */
export interface Attempt {
  /** How many more may fail if this one does; `Infinity` where attempts are not counted. */
  readonly remaining: number;
  /** Stops counting this attempt. Never rejects: where the object cannot be asked, the attempt counts. */
  succeed(): Promise<void>;
  /** Settles that it failed, so that other attempts need not wait for the outcome. Never rejects. */
  fail(): Promise<void>;
}

export interface AttemptLocals {
  readonly attempt: Attempt;
}

/**
 * A guard, after the body, that admits an attempt where all others could fail and this one as well. It denies with 429
 * where too many have failed, and with 503 where that depends on attempts that are still going on, or where the policy
 * is to deny when its object cannot be asked. No denial is remembered, so that `clearLimit` takes effect at once.
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
      const answer = await reserve(env, objectName, limit, windowSeconds * 1000);
      if (!answer)
        return whenUnavailable === "deny" ? denyUnavailable(c) : { allow: true, locals: { attempt: UNCOUNTED } };
      const { reservation, isUnsettled, remaining } = answer;
      if (reservation !== null)
        return { allow: true, locals: { attempt: openAttempt(env, objectName, reservation, remaining) } };
      if (!isUnsettled) return denyExhausted(c, stateOf(policy, limit, answer), "Too many failed attempts.");
      return deny(c, 503, "Other attempts are still being checked. Try again in 1 second.", { "Retry-After": "1" });
    },
    { denies: [429, 503], detail: name },
  );
}

/**
 * Forgets every failed attempt of that key. Never rejects: where the object cannot be asked, the attempts count until
 * they leave the window, and the log says so.
 */
export async function clearLimit(env: Env, policyName: string, key: string): Promise<void> {
  try {
    await limiterOf(env, objectNameOf(policyName, key)).clear();
  } catch (error) {
    logFailure(`The limit ${policyName} could not be cleared`, error);
  }
}

const UNCOUNTED: Attempt = { remaining: Number.POSITIVE_INFINITY, succeed: async () => {}, fail: async () => {} };

function openAttempt(env: Env, objectName: string, reservation: number, remaining: number): Attempt {
  async function settle(outcome: "count" | "refund"): Promise<void> {
    try {
      await limiterOf(env, objectName).settle(reservation, outcome);
    } catch (error) {
      logFailure("An attempt could not be settled, so it counts as failed", error);
    }
  }
  return { remaining, succeed: () => settle("refund"), fail: () => settle("count") };
}

/** @returns Undefined where the object cannot be asked. */
async function reserve(
  env: Env,
  objectName: string,
  limit: number,
  windowMs: number,
): Promise<Reservation | undefined> {
  try {
    return await limiterOf(env, objectName).reserve(limit, windowMs);
  } catch (error) {
    logFailure("A rate limiter could not be asked", error);
    return undefined;
  }
}
