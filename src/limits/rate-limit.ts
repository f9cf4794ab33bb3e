/** Limits requests: `rateLimit(policy)` is a guard that counts in one Durable Object per key. */
import { createHash } from "node:crypto";
import type { RequestEnv, Ruling } from "../env.ts";
import { type Context, type Guard, type GuardResult, type HeadContext, headGuard } from "../http/index.ts";
import { stateFacts } from "../web/app/guard-facts.ts";
import { logFailure } from "../web/app/log.ts";
import { withDeadline } from "../web/platform/transient.ts";
import { Denials } from "./denials.ts";
import { PresumedKeys } from "./presumed-keys.ts";
import {
  denyExhausted,
  denyUnavailable,
  LIMITER_DEADLINE_MS,
  type LimitLocals,
  type LimitNeeds,
  limiterOf,
  limitFactOf,
  objectNameOf,
  previewLimit,
  type RateLimitPolicy,
  readLimit,
  stateOf,
} from "./rate-limit-policy.ts";

export type { LimitLocals, LimitNeeds, RateLimitPolicy } from "./rate-limit-policy.ts";

/**
 * Limits the requests of each client within a period. Creates a head guard that denies with 429 while the limit is
 * exhausted, and with 503 if its object is unavailable and the policy says so.
 *
 * @example
 * const limitSearch = rateLimit({
 *   name: "search",
 *   limit: 30,
 *   windowSeconds: 60,
 *   key: (c) => clientAddress(c.request),
 *   whenUnavailable: "allow",
 * });
 */
export function rateLimit<TNeeds extends LimitNeeds = LimitNeeds>(
  policy: RateLimitPolicy<HeadContext<TNeeds>>,
): Guard<TNeeds, LimitLocals> {
  return stateLimit(policy, headGuard(createLimit(policy)));
}

/**
 * Limits the requests of each client within a period. Creates the same guard for a policy whose key is in the input: it
 * runs after the body was read.
 */
export function rateLimitInput<TNeeds extends LimitNeeds = LimitNeeds>(
  policy: RateLimitPolicy<Context<unknown, unknown, unknown, TNeeds>>,
): Guard<TNeeds, LimitLocals> {
  return stateLimit(policy, createLimit(policy));
}

function stateLimit<TGuard extends object>(policy: RateLimitPolicy<never>, guard: TGuard): TGuard {
  return stateFacts(guard, {
    denies: policy.whenUnavailable === "deny" ? [429, 503] : [429],
    explanation: "Limits the requests of each client within a period.",
    detail: policy.name,
    preview: (visitor) => previewLimit(policy, visitor),
    limits: [limitFactOf(policy, "requests")],
  });
}

function createLimit<TContext extends HeadContext<LimitNeeds>>(policy: RateLimitPolicy<TContext>) {
  return async function rateLimit(c: TContext): Promise<GuardResult<LimitLocals>> {
    const { env, rateLimits = [] } = c.locals;
    const limit = readLimit(policy, env);
    const ruling = await rule(policy, limit, c);
    if (ruling === "unavailable" && policy.whenUnavailable === "deny") return denyUnavailable(c);
    if (ruling === "unavailable" || ruling === "uncounted") return { allow: true, locals: { rateLimits } };
    const state = stateOf(policy, limit, ruling);
    if (!ruling.isAdmitted) return denyExhausted(c, state);
    return { allow: true, locals: { rateLimits: [...rateLimits, state] } };
  };
}

/** Separate, so that a client with many made-up credentials cannot make the isolate forget its denial. */
const denialsByKey = new Denials();
const denialsByCredential = new Denials();

const presumedKeys = new PresumedKeys();

/**
 * Returns the denial that the isolate remembers, or else the decision of the object. After an admission that uses up
 * the limit, the isolate remembers a denial for later requests.
 */
async function rule<TContext extends HeadContext<LimitNeeds>>(
  policy: RateLimitPolicy<TContext>,
  limit: number,
  c: TContext,
): Promise<Ruling | "uncounted" | "unavailable"> {
  const { name, windowSeconds } = policy;
  const [credential, fallbackKey] = [policy.credential?.(c), policy.fallbackKey?.(c)];
  const digest = credential && sha256(credential);
  const nameFor = (key = "") => digest && `${name} credential ${digest} ${key}`;
  for (const credentialName of [nameFor(), fallbackKey && nameFor(fallbackKey)]) {
    const known = credentialName && denialsByCredential.find(credentialName);
    if (known) return known;
  }
  const ask = (key: string) => askObject(c.locals.env, objectNameOf(name, key), limit, windowSeconds * 1000);
  const { source, key: presumedKey, isConfirmed } = digest ? await presumeKey(policy, digest, c) : {};
  const denial = presumedKey === undefined ? undefined : denialsByKey.find(objectNameOf(name, presumedKey));
  const ownName = nameFor();
  // Only if `key` has confirmed the key within the last minute: an ended credential must not reveal that its owner is
  // denied.
  if (denial && isConfirmed && ownName) {
    denialsByCredential.remember(ownName, denial.resetMs);
    return denial;
  }
  // Counts while `key` identifies the client. A wrong presumption costs its key one request.
  const early = presumedKey === undefined || denial ? undefined : ask(presumedKey);
  const key = await policy.key(c);
  const confirmedKey = key === fallbackKey ? undefined : key;
  if (source && (confirmedKey ?? presumedKey) !== undefined) presumedKeys.remember(source, confirmedKey);
  if (key === undefined) return "uncounted";
  const objectName = objectNameOf(name, key);
  const ruling = await ((key === presumedKey && early) || (denialsByKey.find(objectName) ?? ask(key)));
  if (ruling !== "unavailable" && ruling.remaining === 0) {
    denialsByKey.remember(objectName, ruling.resetMs);
    const credentialName = nameFor(key === fallbackKey ? key : undefined);
    if (credentialName) denialsByCredential.remember(credentialName, ruling.resetMs);
  }
  return ruling;
}

/**
 * The key that the request is likely to have, if that is known without calling the platform, and the name under which
 * the result of the presumption is remembered. Until the first presumption is confirmed, others wait for it, so that
 * parallel requests with an ended credential cost its owner one request.
 */
async function presumeKey<TContext extends HeadContext<LimitNeeds>>(
  { name, presume }: RateLimitPolicy<TContext>,
  digest: string,
  c: TContext,
): Promise<{ readonly source?: string; readonly key?: string | undefined; readonly isConfirmed?: boolean }> {
  const presumed = await presume?.(c);
  const source = `${name} ${presumed?.source ?? `credential ${digest}`}`;
  const known = presumedKeys.find(source);
  if (known || !presumed) return { source, key: known?.key, isConfirmed: known !== undefined };
  presumedKeys.remember(source, undefined);
  return { source, key: presumed.key };
}

async function askObject(
  env: RequestEnv,
  objectName: string,
  limit: number,
  windowMs: number,
): Promise<Ruling | "unavailable"> {
  try {
    return await withDeadline(limiterOf(env, objectName).take(limit, windowMs), LIMITER_DEADLINE_MS);
  } catch (error) {
    logFailure("A rate limiter is unavailable", error);
    return "unavailable";
  }
}

/** Keeps secrets out of the map of denials. */
function sha256(credential: string): string {
  return createHash("sha256").update(credential).digest("base64url");
}
