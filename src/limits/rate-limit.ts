/** Limits how often something may be asked for: `rateLimit(policy)`, a guard on a Durable Object for each key. */
import type { AppLocals, Env, Ruling } from "../env.ts";
import { type Context, type Guard, type GuardResult, type HeadContext, headGuard } from "../http/index.ts";
import { stateFacts } from "../web/guard-facts.ts";
import { deny } from "../web/refuse.ts";
import { Denials } from "./denials.ts";
import { type LimitState, rateLimitHeaders } from "./rate-limit-headers.ts";

/** How often, and for whom. */
export interface RateLimitPolicy<TContext> {
  /** Its own: what has the same name counts together. Letters, digits and `-`, shown in headers and in the policy. */
  readonly name: string;
  /** Requests in any window of that many seconds; the limit perhaps from a variable. */
  readonly limit: number | ((env: Env) => number);
  readonly windowSeconds: number;
  /** Whose requests count together. */
  readonly key: (c: TContext) => string | Promise<string>;
  /** What to do where the object cannot be asked: let everybody through, or nobody (503). */
  readonly whenUnavailable: "allow" | "deny";
}

/** What the limits said, for the guards behind, the handler, and the headers of the response. */
export interface LimitLocals {
  readonly rateLimits: readonly LimitState[];
}

/** What the guard needs: the app's locals, and what earlier limits said. */
export type LimitNeeds = AppLocals & Partial<LimitLocals>;

/**
 * A head guard that denies with 429 until the window has room again, and with 503 where the
 * policy is to deny when its object cannot be asked.
 */
export function rateLimit<TNeeds extends LimitNeeds = LimitNeeds>(
  policy: RateLimitPolicy<HeadContext<TNeeds>>,
): Guard<TNeeds, LimitLocals> {
  return stateLimit(policy, headGuard(createLimit(policy)));
}

/** The same for a policy whose key is in the input: it runs after the body has been read. */
export function rateLimitInput<TNeeds extends LimitNeeds = LimitNeeds>(
  policy: RateLimitPolicy<Context<unknown, unknown, unknown, TNeeds>>,
): Guard<TNeeds, LimitLocals> {
  return stateLimit(policy, createLimit(policy));
}

function stateLimit<TGuard extends object>({ name, whenUnavailable }: RateLimitPolicy<never>, guard: TGuard): TGuard {
  return stateFacts(guard, { denies: whenUnavailable === "deny" ? [429, 503] : [429], detail: name });
}

/** What this isolate has been told, lest a flood ask the object over and over. */
const denials = new Denials();

function createLimit<TContext extends HeadContext<LimitNeeds>>(policy: RateLimitPolicy<TContext>) {
  const { name, windowSeconds, whenUnavailable } = policy;
  return async function rateLimit(c: TContext): Promise<GuardResult<LimitLocals>> {
    const { env, rateLimits = [] } = c.locals;
    const limit = readLimit(policy, env);
    const key = `${name} ${await policy.key(c)}`;
    const ruling = denials.find(key) ?? (await ask(env, key, limit, windowSeconds * 1000));
    if (!ruling) {
      if (whenUnavailable === "allow") return { allow: true, locals: { rateLimits } };
      return deny(c, 503, "Requests can't be counted at the moment, so none is let through.", { "Retry-After": "5" });
    }
    const states = [...rateLimits, { name, limit, windowSeconds, ...ruling }];
    if (ruling.isAdmitted) return { allow: true, locals: { rateLimits: states } };
    denials.remember(key, ruling.resetMs);
    const seconds = Math.max(1, Math.ceil(ruling.resetMs / 1000));
    const detail = `There is room for ${limit} requests in ${windowSeconds} seconds. Try again in ${seconds}.`;
    return deny(c, 429, detail, { ...rateLimitHeaders(states), "Retry-After": String(seconds) });
  };
}

function readLimit({ name, limit }: RateLimitPolicy<never>, env: Env): number {
  const value = Number(typeof limit === "function" ? limit(env) : limit);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new Error(`The limit of the policy ${name} is ${value}, not a whole number above 0: see wrangler.toml`);
}

/** @returns Undefined where the object cannot be asked. */
async function ask(env: Env, key: string, limit: number, windowMs: number): Promise<Ruling | undefined> {
  try {
    const { RATE_LIMITER } = env;
    return await RATE_LIMITER.get(RATE_LIMITER.idFromName(key)).take(limit, windowMs);
  } catch (error) {
    console.error(
      JSON.stringify({ level: "error", message: "A rate limiter could not be asked", error: String(error) }),
    );
    return undefined;
  }
}
