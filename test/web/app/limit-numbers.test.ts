/** The numbers of limits: resolved, and as text. */
import { env } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { group, headGuard, route } from "../../../src/http/index.ts";
import { type LimitFact, stateFacts } from "../../../src/web/app/guard-facts.ts";
import { formatLimit, type PolicyLimit, resolveLimit } from "../../../src/web/app/limit-numbers.ts";
import { describePolicy } from "../../../src/web/app/policy.ts";

const FACTS: Readonly<Record<"stated" | "variable" | "total" | "platform", LimitFact>> = {
  stated: { name: "a", unit: "requests", max: 5, windowSeconds: 60 },
  variable: { name: "b", unit: "attempts", max: ({ API_RATE_LIMIT }) => API_RATE_LIMIT * 2, windowSeconds: 900 },
  total: { name: "c", unit: "notes", max: 7 },
  platform: { name: "d", unit: "requests", binding: "SOME_LIMIT" },
};
const forEnv = { ...env, API_RATE_LIMIT: 21 };
const rateLimits = { SOME_LIMIT: { max: 9, windowSeconds: 10 } };

test.each<[LimitFact, PolicyLimit, text: string]>([
  [FACTS.stated, { name: "a", unit: "requests", max: 5, windowSeconds: 60 }, "5 requests per 60 s"],
  [FACTS.variable, { name: "b", unit: "attempts", max: 42, windowSeconds: 900 }, "42 attempts per 900 s"],
  [FACTS.total, { name: "c", unit: "notes", max: 7 }, "7 notes"],
  [FACTS.platform, { name: "d", unit: "requests", max: 9, windowSeconds: 10 }, "9 requests per 10 s"],
])("%o", (fact, limit, text) => {
  const resolved = resolveLimit(fact, { env: forEnv, rateLimits });
  expect(resolved).toEqual(limit);
  expect(formatLimit(resolved)).toBe(text);
});

describe("a limit of the platform", () => {
  test("has no numbers in a running Worker", () => {
    const limit = resolveLimit(FACTS.platform, { env });
    expect(limit).toEqual({ name: "d", unit: "requests" });
    expect(formatLimit(limit)).toBe("requests as configured in wrangler.toml");
  });

  test("that wrangler.toml lacks is refused", () => {
    expect(() => resolveLimit(FACTS.platform, { env, rateLimits: {} })).toThrow(
      "wrangler.toml has no [[ratelimits]] with the name SOME_LIMIT. Add it.",
    );
  });
});

describe("the policy", () => {
  const limitAll = stateFacts(
    headGuard(function limitAll() {
      return { allow: true };
    }),
    { denies: [429], explanation: "Limits all.", detail: "a, b", limits: [FACTS.stated, FACTS.variable] },
  );
  const handlers = group({ guards: [limitAll], handlers: [route.get("/", { resolve: () => new Response() })] });

  test("has the numbers of each guard as plain data, in the order of the guard", () => {
    const described = describePolicy(handlers, { env: forEnv });
    expect(JSON.parse(JSON.stringify(described))).toEqual(described);
    expect(described[0]?.guards[0]?.limits).toEqual([
      { name: "a", unit: "requests", max: 5, windowSeconds: 60 },
      { name: "b", unit: "attempts", max: 42, windowSeconds: 900 },
    ]);
  });

  test("has no limits without a configuration", () => {
    expect(describePolicy(handlers)[0]?.guards[0]).toEqual({
      name: "limitAll",
      phase: "head",
      denies: [429],
      explanation: "Limits all.",
      detail: "a, b",
    });
  });
});
