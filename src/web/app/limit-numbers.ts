/** The numbers of limits: resolved for an environment, and as text. */
// This file imports only types: `npm run routes` loads it before the app, so that it can report an app that fails to load.
import type { RequestEnv } from "../../env.ts";
import type { LimitFact } from "./guard-facts.ts";

/** A limit with its numbers, as plain data. */
export interface PolicyLimit {
  readonly name: string;
  readonly unit: string;
  /** Absent if only `wrangler.toml` has it. */
  readonly max?: number;
  /** Absent if the number is a total. */
  readonly windowSeconds?: number;
}

/** The sources of the numbers that are not in the code. */
export interface LimitConfig {
  /** The running environment, or one with the variables of `wrangler.toml`. */
  readonly env: RequestEnv;
  /** The platform's rate limits by their bindings, from `wrangler.toml`. A running Worker cannot read them. */
  readonly rateLimits?: Readonly<Record<string, Required<Pick<PolicyLimit, "max" | "windowSeconds">>>>;
}

/** Resolves the numbers of a limit. @throws If a variable is malformed, or if `rateLimits` lacks the binding. */
export function resolveLimit(fact: LimitFact, { env, rateLimits }: LimitConfig): PolicyLimit {
  const { name, unit } = fact;
  if ("max" in fact) {
    const { max, windowSeconds } = fact;
    const number = typeof max === "function" ? max(env) : max;
    return { name, unit, max: number, ...(windowSeconds !== undefined && { windowSeconds }) };
  }
  if (!rateLimits) return { name, unit };
  const numbers = rateLimits[fact.binding];
  if (!numbers) throw new Error(`wrangler.toml has no [[ratelimits]] with the name ${fact.binding}. Add it.`);
  return { name, unit, ...numbers };
}

/**
 * Formats the numbers of a limit, for the printed policy and for pages.
 *
 * @example
 * formatLimit({ name: "api", max: 600, unit: "requests", windowSeconds: 60 }); // 600 requests per 60 s
 */
export function formatLimit({ max, unit, windowSeconds }: PolicyLimit): string {
  if (max === undefined) return `${unit} as configured in wrangler.toml`;
  const window = windowSeconds === undefined ? [] : [`per ${windowSeconds} s`];
  return [`${max}`, unit, ...window].filter((word) => word !== "").join(" ");
}
