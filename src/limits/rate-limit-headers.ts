/** The headers that show a client its limits: draft-ietf-httpapi-ratelimit-headers and `X-RateLimit-*`. */
import type { Ruling } from "../env.ts";
import type { SendHook } from "../web/hooks/send-hook.ts";
import { ownResponse } from "../web/respond/own-response.ts";

/** The state of a policy after its decision about a request. */
export interface LimitState extends Ruling {
  readonly name: string;
  readonly limit: number;
  readonly windowSeconds: number;
}

/** @param states At least one. The `X-RateLimit-*` headers show the one with the fewest remaining requests. */
export function rateLimitHeaders(states: readonly LimitState[]): Record<string, string> {
  const [tightest] = states.toSorted((a, b) => a.remaining - b.remaining);
  if (!tightest) return {};
  return {
    "RateLimit-Policy": states
      .map(({ name, limit, windowSeconds }) => `"${name}";q=${limit};w=${windowSeconds}`)
      .join(", "),
    RateLimit: states.map((state) => `"${state.name}";r=${state.remaining};t=${secondsOf(state)}`).join(", "),
    "X-RateLimit-Limit": String(tightest.limit),
    "X-RateLimit-Remaining": String(tightest.remaining),
    "X-RateLimit-Reset": String(Math.ceil(Date.now() / 1000) + secondsOf(tightest)),
  };
}

function secondsOf({ resetMs }: LimitState): number {
  return Math.ceil(resetMs / 1000);
}

/** Adds the headers of the limits that a request has passed. A denial adds them itself. */
export const showRateLimits: SendHook<{ readonly rateLimits: readonly LimitState[] }> = ({ context, response }) => {
  const { rateLimits = [] } = context.locals;
  if (rateLimits.length === 0 || response.headers.has("RateLimit")) return undefined;
  const shown = ownResponse(response);
  for (const [name, value] of Object.entries(rateLimitHeaders(rateLimits))) shown.headers.set(name, value);
  return shown;
};
