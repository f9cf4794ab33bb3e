/** Reads the numbers of limits from `wrangler.toml`: the variables, and the platform's rate limits. */
import type { Env } from "../src/env.ts";
import type { LimitConfig } from "../src/web/app/limit-numbers.ts";
import { parseToml, type TomlObject, type TomlValue } from "./scaffold/toml-values.ts";

/**
 * Reads the configuration of limits.
 *
 * @param toml The text of `wrangler.toml`. Its named environments are not read.
 * @throws If a rate limit of the platform lacks a name or a number.
 *
 * @example
 * describeApp(app, readLimitConfig(readFileSync("wrangler.toml", "utf8")));
 */
export function readLimitConfig(toml: string): LimitConfig {
  const { vars = {}, ratelimits = [] } = parseToml(toml);
  const limits = Array.isArray(ratelimits) ? ratelimits : [];
  return { env: envOf(vars), rateLimits: Object.fromEntries(limits.map(readRateLimit)) };
}

/** A safe cast: the numbers of limits depend only on variables, so this environment needs no bindings. */
function envOf(vars: TomlValue): Env {
  return vars as unknown as Env;
}

function readRateLimit(table: TomlValue) {
  const { name, simple } = isObject(table) ? table : {};
  const { limit, period } = isObject(simple) ? simple : {};
  if (typeof name === "string" && typeof limit === "number" && typeof period === "number")
    return [name, { max: limit, windowSeconds: period }] as const;
  throw new Error(
    `A [[ratelimits]] of wrangler.toml needs a name, and a limit and a period as in: simple = { limit = 100, period = 60 }. It has: ${JSON.stringify(table)}`,
  );
}

function isObject(value: TomlValue | undefined): value is TomlObject {
  return typeof value === "object" && !Array.isArray(value);
}
