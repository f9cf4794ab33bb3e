import { createExecutionContext, env } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import * as z from "zod";
import type { Env, RateLimiterObject } from "../../src/env.ts";
import { setup, standardValidator } from "../../src/http/index.ts";
import { clearLimit, limitAttempts } from "../../src/limits/limit-attempts.ts";
import { rateLimit } from "../../src/limits/rate-limit.ts";
import { showRateLimits } from "../../src/limits/rate-limit-headers.ts";
import { factsOf } from "../../src/web/app/guard-facts.ts";
import { formatLimit, resolveLimit } from "../../src/web/app/limit-numbers.ts";
import { route } from "../../src/web/app/scope.ts";
import { handleError } from "../../src/web/hooks/handle-error.ts";
import { sealResponse } from "../../src/web/hooks/seal-response.ts";
import { createSendHook } from "../../src/web/hooks/send-hook.ts";
import { supplyLocals } from "../supply-locals.ts";

vi.spyOn(console, "log").mockImplementation(() => {});
const errors = vi.spyOn(console, "error").mockImplementation(() => {});

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"] }));
afterEach(() => {
  vi.useRealTimers();
  errors.mockClear();
});

const Body = z.object({ email: z.string(), outcome: z.enum(["right", "wrong", "neither", "both"]) });

const strict = limitAttempts({
  name: "strict",
  limit: 3,
  windowSeconds: 900,
  key: ({ raw }) => {
    const { email } = Body.parse(raw.body);
    return email === "" ? undefined : email;
  },
  whenUnavailable: "deny",
});
const lenient = limitAttempts({
  name: "lenient",
  limit: 3,
  windowSeconds: 900,
  key: () => "",
  whenUnavailable: "allow",
});
const others = rateLimit({ name: "others", limit: 10_000, windowSeconds: 60, key: () => "", whenUnavailable: "deny" });

/** What a handler waits for before it knows the outcome. */
let checking: Promise<unknown> = Promise.resolve();

const app = setup({
  onRequest: supplyLocals,
  handlers: [
    ...[strict, lenient].map((guard) =>
      route.post(guard === strict ? "/strict" : "/lenient", {
        guards: [others, guard],
        request: { body: Body },
        resolve: async ({ input, locals: { attempt } }) => {
          await checking;
          if (!input.ok) return new Response(null, { status: 400 });
          const { outcome } = input.body;
          if (outcome === "right" || outcome === "both") await attempt.succeed();
          if (outcome === "wrong" || outcome === "both") await attempt.fail();
          return new Response(`${attempt.remaining}`);
        },
      }),
    ),
  ],
  validator: standardValidator,
  onSend: [createSendHook(showRateLimits), sealResponse],
  onError: handleError,
});

type Outcome = z.infer<typeof Body>["outcome"];

function attempt(email: string, outcome: Outcome, bindings: Partial<Env> = {}, path = "/strict"): Promise<Response> {
  const request = new Request(new URL(path, "http://localhost"), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ email, outcome }),
  });
  return app.fetch(request, Object.assign({}, env, bindings), createExecutionContext());
}

/** The status of each attempt, one after the other. */
async function attempts(email: string, ...outcomes: Outcome[]): Promise<number[]> {
  const statuses: number[] = [];
  for (const outcome of outcomes) statuses.push((await attempt(email, outcome)).status);
  return statuses;
}

type RateLimiterMethods = Pick<RateLimiterObject, "take" | "reserve" | "settle" | "clear">;

/** The binding, with methods of its objects replaced. */
function replacing(methods: Partial<RateLimiterMethods>): Partial<Env> {
  const RATE_LIMITER = {
    idFromName: (name: string) => name,
    get: (name: unknown) => {
      const stub = env.RATE_LIMITER.get(env.RATE_LIMITER.idFromName(String(name)));
      const own: RateLimiterMethods = {
        take: (...policy) => stub.take(...policy),
        reserve: (...policy) => stub.reserve(...policy),
        settle: (...outcome) => stub.settle(...outcome),
        clear: () => stub.clear(),
      };
      return { ...own, ...methods };
    },
  };
  return { RATE_LIMITER } as unknown as Partial<Env>;
}

const fails = () => Promise.reject(new Error("the object is overloaded"));
const somebody = () => `${crypto.randomUUID()}@example.com`;
const headersOf = ({ headers }: Response, names: readonly string[]) => names.map((name) => headers.get(name));

describe("attempts", () => {
  test("that fail count, and those that succeed do not", async () => {
    const email = somebody();
    const outcomes: Outcome[] = ["right", "wrong", "right", "wrong", "right", "wrong", "right", "wrong"];
    expect(await attempts(email, ...outcomes)).toEqual([200, 200, 200, 200, 200, 200, 429, 429]);
    expect(await attempts(somebody(), "right")).toEqual([200]);
  });

  test("without an outcome count, and a second outcome changes nothing", async () => {
    expect(await attempts(somebody(), "neither", "neither", "neither", "right")).toEqual([200, 200, 200, 503]);
    const email = somebody();
    expect(await attempts(email, "both", "both", "both", "wrong", "wrong", "wrong", "right")).toEqual([
      ...Array<number>(6).fill(200),
      429,
    ]);
  });

  test("know how many more may fail, and show no limit of theirs", async () => {
    const email = somebody();
    for (const remaining of ["2", "1", "0"]) {
      const response = await attempt(email, "wrong");
      expect(await response.text()).toBe(remaining);
      expect(response.headers.get("RateLimit-Policy")).toBe('"others";q=10000;w=60');
    }
  });

  test("without a key do not count", async () => {
    for (let i = 0; i < 5; i++) {
      const response = await attempt("", "wrong", replacing({ reserve: fails }));
      expect([response.status, await response.text()]).toEqual([200, "Infinity"]);
    }
  });

  test("that start together do not pass together", async () => {
    const email = somebody();
    const check = Promise.withResolvers<void>();
    checking = check.promise;
    const started = Array.from({ length: 50 }, () => attempt(email, "wrong"));
    const denied = await Promise.race(started);
    expect(headersOf(denied, ["Retry-After", "RateLimit-Policy"])).toEqual(["1", '"others";q=10000;w=60']);
    expect(await denied.json()).toMatchObject({
      status: 503,
      detail: "Other attempts are still being checked. Try again in 1 second.",
    });
    check.resolve();
    const statuses = (await Promise.all(started)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(3);
    expect(statuses.filter((status) => status === 503)).toHaveLength(47);
    expect(await attempts(email, "right"), "now that they have failed").toEqual([429]);
  });

  test("are admitted at once after those that others waited for have succeeded", async () => {
    const email = somebody();
    const check = Promise.withResolvers<void>();
    checking = check.promise;
    const started = Array.from({ length: 3 }, () => attempt(email, "right"));
    await vi.waitFor(async () => expect((await attempt(email, "wrong")).status).toBe(503));
    check.resolve();
    await Promise.all(started);
    expect(await attempts(email, "wrong", "wrong", "wrong", "wrong")).toEqual([200, 200, 200, 429]);
  });
});

describe("a denial", () => {
  test("says when to try again, with every limit of the route", async () => {
    const email = somebody();
    await attempts(email, "wrong");
    await vi.advanceTimersByTimeAsync(200_000);
    await attempts(email, "wrong", "wrong");
    const denied = await attempt(email, "right");
    expect(denied.status).toBe(429);
    expect(
      headersOf(denied, ["Retry-After", "RateLimit-Policy", "X-RateLimit-Limit", "X-RateLimit-Remaining"]),
    ).toEqual(["700", '"others";q=10000;w=60, "strict";q=3;w=900', "3", "0"]);
    expect(await denied.json()).toMatchObject({
      detail: "Limit: 3 failed attempts per 15 minutes. Try again in 12 minutes.",
    });
  });

  test.each([429, 503])("with %i is not remembered: after clearing, all attempts are there at once", async (status) => {
    const email = somebody();
    const outcome = status === 429 ? "wrong" : "neither";
    expect(await attempts(email, outcome, outcome, outcome, "right", "right")).toEqual([200, 200, 200, status, status]);
    await clearLimit(env as unknown as Env, "strict", email);
    expect(await attempts(email, "wrong", "wrong", "wrong", "wrong")).toEqual([200, 200, 200, 429]);
  });
});

test("clearing concerns one key of one policy", async () => {
  const [one, other] = [somebody(), somebody()];
  for (const email of [one, other]) await attempts(email, "wrong", "wrong", "wrong");
  await clearLimit(env as unknown as Env, "other-policy", one);
  expect(await attempts(one, "right")).toEqual([429]);
  await clearLimit(env as unknown as Env, "strict", one);
  expect([await attempts(one, "right"), await attempts(other, "right")]).toEqual([[200], [429]]);
});

describe("if the object is unavailable", () => {
  test("a policy that denies responds with 503", async () => {
    const response = await attempt(somebody(), "right", replacing({ reserve: fails }));
    expect([response.status, response.headers.get("Retry-After")]).toEqual([503, "5"]);
    expect(await response.json()).toMatchObject({
      detail: "The rate limiter is unavailable. Try again in 5 seconds.",
    });
  });

  test("a policy that allows admits attempts that do not count", async () => {
    const response = await attempt(somebody(), "wrong", replacing({ reserve: fails }), "/lenient");
    expect([response.status, await response.text()]).toEqual([200, "Infinity"]);
  });

  const hangs = () => new Promise<never>(() => {});

  test.each([
    ["/strict", { reserve: hangs }, 503],
    ["/lenient", { reserve: hangs }, 200],
    ["/strict", { settle: hangs }, 200],
  ])("%s goes on after 5 seconds without a response to %o", async (path, methods, status) => {
    let isPending = true;
    const pending = attempt(somebody(), "right", replacing(methods), path).finally(() => {
      isPending = false;
    });
    await scheduler.wait(300);
    await vi.advanceTimersByTimeAsync(4_999);
    expect(isPending).toBe(true);
    await vi.advanceTimersByTimeAsync(1);
    expect((await pending).status).toBe(status);
  });

  test.each(["right", "wrong", "both"] as const)("an attempt with the outcome %s ends, and counts", async (outcome) => {
    const email = somebody();
    for (let i = 0; i < 3; i++) expect((await attempt(email, outcome, replacing({ settle: fails }))).status).toBe(200);
    expect(JSON.parse(String(errors.mock.lastCall?.[0]))).toMatchObject({
      level: "error",
      error: { message: expect.stringContaining("overloaded") },
    });
    expect(await attempts(email, "right")).toEqual([503]);
    await vi.advanceTimersByTimeAsync(10_001);
    expect(await attempts(email, "right")).toEqual([429]);
  });

  test("clearing does not reject, and the log says that it failed", async () => {
    await clearLimit(Object.assign({}, env, replacing({ clear: fails })) as unknown as Env, "strict", somebody());
    expect(JSON.parse(String(errors.mock.lastCall?.[0]))).toMatchObject({ level: "error", message: /strict/ });
  });
});

test.each([0, "ten", undefined])("a limit that is %j is a 500, and never an open door", async (limit) => {
  const broken = limitAttempts({
    name: "broken",
    limit: () => limit as number,
    windowSeconds: 60,
    key: () => undefined,
    whenUnavailable: "allow",
  });
  const brokenApp = setup({
    onRequest: supplyLocals,
    handlers: [route.post("/", { guards: [broken], resolve: () => new Response("done") })],
    onError: handleError,
  });
  const request = new Request("http://localhost/", { method: "POST" });
  expect((await brokenApp.fetch(request, env as unknown as Env, createExecutionContext())).status).toBe(500);
});

test("the guards are printed as rateLimit and state their numbers and what they deny with", () => {
  for (const [guard, detail] of [
    [strict, "strict"],
    [lenient, "lenient"],
  ] as const)
    expect([guard.name, factsOf(guard)]).toMatchObject([
      "rateLimit",
      { denies: [429, 503], detail, limits: [{ name: detail }] },
    ]);
  const limits = [strict, lenient].flatMap((guard) => factsOf(guard)?.limits ?? []);
  expect(limits.map((limit) => formatLimit(resolveLimit(limit, { env })))).toEqual(
    Array(2).fill("3 failed attempts per 900 s"),
  );
});
