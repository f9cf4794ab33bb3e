import { createExecutionContext, env } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import * as z from "zod";
import type { Env } from "../../src/env.ts";
import { setup, standardValidator } from "../../src/http/index.ts";
import { rateLimit, rateLimitInput } from "../../src/limits/rate-limit.ts";
import { showRateLimits } from "../../src/limits/rate-limit-headers.ts";
import { factsOf } from "../../src/web/app/guard-facts.ts";
import { type PolicyLimit, resolveLimit } from "../../src/web/app/limit-numbers.ts";
import { route } from "../../src/web/app/scope.ts";
import { handleError } from "../../src/web/hooks/handle-error.ts";
import { sealResponse } from "../../src/web/hooks/seal-response.ts";
import { createSendHook } from "../../src/web/hooks/send-hook.ts";
import { supplyLocals } from "../supply-locals.ts";

const log = vi.spyOn(console, "log").mockImplementation(() => {});
const errors = vi.spyOn(console, "error").mockImplementation(() => {});

// The timers of the objects are fake, too, so that a slow machine is not a time of quiet for them.
beforeEach(() => void vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"] }));
afterEach(() => {
  vi.useRealTimers();
  log.mockClear();
  errors.mockClear();
});

const key = ({ request }: { request: Request }) => request.headers.get("X-Who") ?? "";
const few = rateLimit({ name: "few", limit: 2, windowSeconds: 60, key, whenUnavailable: "deny" });
const many = rateLimit({ name: "many", limit: 4, windowSeconds: 3600, key, whenUnavailable: "allow" });
const variable = rateLimit({
  name: "variable",
  limit: (env) => env.SIGN_IN_RATE_LIMIT,
  windowSeconds: 60,
  key,
  whenUnavailable: "allow",
});
const ofBody = rateLimitInput({
  name: "body",
  limit: 1,
  windowSeconds: 60,
  key: ({ raw }) => JSON.stringify(raw.body),
  whenUnavailable: "deny",
});
/** Finds the user of a session, which costs a query, as does an unknown credential. */
const identify = vi.fn(({ request }: { request: Request }) => {
  const session = request.headers.get("X-Session") ?? "none";
  return session === "exempt" ? undefined : Promise.resolve(session.split("/")[0]);
});
const identified = rateLimit({
  name: "identified",
  limit: 2,
  windowSeconds: 60,
  key: identify,
  credential: ({ request }) => request.headers.get("X-Session") ?? undefined,
  whenUnavailable: "deny",
});
const resolve = () => new Response("done");

const app = setup({
  onRequest: supplyLocals,
  handlers: [
    route.get("/few", { guards: [few], resolve }),
    route.get("/many", { guards: [many], resolve }),
    route.get("/both", { guards: [many, few], resolve }),
    route.get("/identified", { guards: [identified], resolve }),
    route.get("/variable", { guards: [variable], resolve }),
    route.post("/body", { guards: [ofBody], request: { body: z.unknown() }, resolve }),
    route.post("/unread", { guards: [few], request: { body: z.unknown() }, resolve }),
  ],
  validator: standardValidator,
  onSend: [createSendHook(showRateLimits), sealResponse],
  onError: handleError,
});

/** Somebody who has asked for nothing so far. */
const somebody = () => ({ "X-Who": crypto.randomUUID() });

function ask(path: string, headers: Record<string, string>, bindings: Partial<Env> = {}, init: RequestInit = {}) {
  const request = new Request(new URL(path, "http://localhost"), { ...init, headers });
  return app.fetch(request, Object.assign({}, env, bindings), createExecutionContext());
}

/** The binding, with how often an object was asked. */
function countAsked() {
  const counted = { times: 0 };
  const RATE_LIMITER = {
    idFromName: (name: string) => env.RATE_LIMITER.idFromName(name),
    get: (id: DurableObjectId) => {
      counted.times++;
      return env.RATE_LIMITER.get(id);
    },
  };
  return Object.assign(counted, { bindings: { RATE_LIMITER } as unknown as Partial<Env> });
}

const BROKEN = {
  RATE_LIMITER: {
    idFromName: () => "id",
    get: () => ({ take: () => Promise.reject(new Error("the object is overloaded")) }),
  },
} as unknown as Partial<Env>;

const LIMIT_HEADERS = [
  "RateLimit-Policy",
  "RateLimit",
  "X-RateLimit-Limit",
  "X-RateLimit-Remaining",
  "X-RateLimit-Reset",
  "Retry-After",
];
const limitsOf = ({ headers }: Response) =>
  Object.fromEntries(LIMIT_HEADERS.flatMap((name) => (headers.has(name) ? [[name, headers.get(name)]] : [])));

describe("the headers", () => {
  test("of an admitted request say what is left", async () => {
    vi.setSystemTime(1_900_000_000_500);
    const response = await ask("/few", somebody());
    expect([response.status, await response.text()]).toEqual([200, "done"]);
    expect(limitsOf(response)).toEqual({
      "RateLimit-Policy": '"few";q=2;w=60',
      RateLimit: '"few";r=1;t=60',
      "X-RateLimit-Limit": "2",
      "X-RateLimit-Remaining": "1",
      "X-RateLimit-Reset": "1900000061",
    });
  });

  test("of a denied one say when to come again, and its body is a problem", async () => {
    const headers = somebody();
    await ask("/few", headers);
    await vi.advanceTimersByTimeAsync(17_600);
    await ask("/few", headers);
    const response = await ask("/few", headers);
    expect([response.status, response.headers.get("Content-Type")]).toEqual([429, "application/problem+json"]);
    expect(await response.json()).toMatchObject({
      status: 429,
      title: "Too Many Requests",
      requestId: expect.any(String),
    });
    expect(limitsOf(response)).toMatchObject({
      "RateLimit-Policy": '"few";q=2;w=60',
      RateLimit: '"few";r=0;t=43',
      "X-RateLimit-Remaining": "0",
      "Retry-After": "43",
    });
  });

  test("show both policies of a route, and X-RateLimit the one with less room", async () => {
    const headers = somebody();
    expect(limitsOf(await ask("/both", headers))).toMatchObject({
      "RateLimit-Policy": '"many";q=4;w=3600, "few";q=2;w=60',
      RateLimit: '"many";r=3;t=3600, "few";r=1;t=60',
      "X-RateLimit-Limit": "2",
      "X-RateLimit-Remaining": "1",
    });
    await ask("/both", headers);
    const denied = await ask("/both", headers);
    expect([denied.status, limitsOf(denied)]).toMatchObject([
      429,
      { RateLimit: '"many";r=1;t=3600, "few";r=0;t=60', "X-RateLimit-Limit": "2", "Retry-After": "60" },
    ]);
  });
});

test("each key has a count of its own, and each policy", async () => {
  const [one, other] = [somebody(), somebody()];
  for (const status of [200, 200, 429]) expect((await ask("/few", one)).status).toBe(status);
  expect((await ask("/few", other)).status).toBe(200);
  expect((await ask("/many", one)).status).toBe(200);
});

test("a key may come from the body", async () => {
  const send = (body: string) => ask("/body", { "Content-Type": "application/json" }, {}, { method: "POST", body });
  const id = crypto.randomUUID();
  const statuses = [await send(`["${id}"]`), await send(`[ "${id}" ]`), await send(`["other ${id}"]`)];
  expect(statuses.map(({ status }) => status)).toEqual([200, 429, 200]);
});

test("a denial on the head costs no reading of the body", async () => {
  const headers = somebody();
  await ask("/few", headers);
  await ask("/few", headers);
  const pull = vi.fn(() => Promise.reject(new Error("the body was read")));
  const body = new ReadableStream({ pull }, { highWaterMark: 0 });
  expect((await ask("/unread", headers, {}, { method: "POST", body })).status).toBe(429);
  expect(pull).not.toHaveBeenCalled();
});

describe("if the object is unavailable", () => {
  test("a policy that allows admits every request, and sends no headers about limits", async () => {
    const response = await ask("/many", somebody(), BROKEN);
    expect([response.status, limitsOf(response)]).toEqual([200, {}]);
  });

  test("a policy that denies responds with 503 and Retry-After", async () => {
    const response = await ask("/few", somebody(), BROKEN);
    expect([response.status, limitsOf(response)]).toEqual([503, { "Retry-After": "5" }]);
    expect(await response.text()).not.toContain("overloaded");
  });

  test.each([
    ["/few", 503],
    ["/many", 200],
  ])("%s goes on after 5 seconds without a response, with %i", async (path, status) => {
    const get = () => ({ take: () => new Promise<never>(() => {}) });
    const bindings = { RATE_LIMITER: { idFromName: () => "id", get } } as unknown as Partial<Env>;
    let isPending = true;
    const pending = ask(path, somebody(), bindings).finally(() => {
      isPending = false;
    });
    await scheduler.wait(100);
    await vi.advanceTimersByTimeAsync(4_999);
    expect(isPending).toBe(true);
    await vi.advanceTimersByTimeAsync(1);
    expect((await pending).status).toBe(status);
  });

  test("the log contains the reason, and requests are admitted once the object is available again", async () => {
    const headers = somebody();
    for (let i = 0; i < 5; i++) await ask("/few", headers, BROKEN);
    expect(JSON.parse(String(errors.mock.lastCall?.[0]))).toMatchObject({
      level: "error",
      error: { message: expect.stringContaining("overloaded") },
    });
    expect((await ask("/few", headers)).status).toBe(200);
  });
});

describe("a denial that the isolate remembers", () => {
  /** Somebody who is denied, and how often the object has been asked for that. */
  async function denied() {
    const [headers, asked] = [somebody(), countAsked()];
    for (const status of [200, 200, 429]) expect((await ask("/few", headers, asked.bindings)).status).toBe(status);
    expect(asked.times).toBe(2);
    return { headers, asked };
  }

  test("holds without asking again: a flood of 1,000 requests does not reach the object", async () => {
    const { headers, asked } = await denied();
    const flood = await Promise.all(Array.from({ length: 1000 }, () => ask("/few", headers, asked.bindings)));
    expect(new Set(flood.map(({ status }) => status))).toEqual(new Set([429]));
    expect(asked.times).toBe(2);
    await vi.advanceTimersByTimeAsync(59_999);
    const last = await ask("/few", headers, asked.bindings);
    expect([limitsOf(last), asked.times]).toMatchObject([{ RateLimit: '"few";r=0;t=1', "Retry-After": "1" }, 2]);
  });

  test("ends at its time", async () => {
    const { headers, asked } = await denied();
    await vi.advanceTimersByTimeAsync(60_000);
    for (const status of [200, 200, 429, 429]) expect((await ask("/few", headers, asked.bindings)).status).toBe(status);
    expect(asked.times, "and the next is remembered, too").toBe(4);
  });

  test("is not believed by a clock that has gone back, and locks nobody out for an hour", async () => {
    const { headers, asked } = await denied();
    vi.setSystemTime(Date.now() - 3_600_000);
    expect(limitsOf(await ask("/few", headers, asked.bindings))).toMatchObject({ "Retry-After": "60" });
    expect(asked.times).toBe(3);
    await vi.advanceTimersByTimeAsync(60_000);
    expect((await ask("/few", headers, asked.bindings)).status).toBe(200);
  });

  test("is asked for again after a leap of the clock, and the object says no again", async () => {
    const { headers, asked } = await denied();
    vi.setSystemTime(Date.now() + 86_400_000);
    expect(limitsOf(await ask("/few", headers, asked.bindings))).toMatchObject({ "Retry-After": "60" });
    expect(asked.times).toBe(3);
  });
});

describe("a denial of a client that sends a credential", () => {
  const session = (user: string, name: string) => ({ "X-Session": `${user}/${name}` });
  async function exhaust(user: string) {
    for (const status of [200, 200, 429])
      expect((await ask("/identified", session(user, "first"))).status).toBe(status);
    identify.mockClear();
  }

  test("holds without identifying the client, until it ends", async () => {
    const user = crypto.randomUUID();
    await exhaust(user);
    const asked = countAsked();
    await vi.advanceTimersByTimeAsync(59_999);
    const denied = await ask("/identified", session(user, "first"), asked.bindings);
    expect([denied.status, limitsOf(denied)]).toMatchObject([
      429,
      { "RateLimit-Policy": '"identified";q=2;w=60', RateLimit: '"identified";r=0;t=1', "Retry-After": "1" },
    ]);
    expect([identify.mock.calls.length, asked.times]).toEqual([0, 0]);
    await vi.advanceTimersByTimeAsync(1);
    expect((await ask("/identified", session(user, "first"))).status).toBe(200);
  });

  test("holds for another credential of the same user after one look, which does not ask the object", async () => {
    const user = crypto.randomUUID();
    await exhaust(user);
    const asked = countAsked();
    for (let i = 0; i < 5; i++)
      expect((await ask("/identified", session(user, "second"), asked.bindings)).status).toBe(429);
    expect([identify.mock.calls.length, asked.times]).toEqual([1, 0]);
  });

  test("is of no concern to other users, to other policies, or to a client without a credential", async () => {
    const user = crypto.randomUUID();
    await exhaust(user);
    expect((await ask("/identified", session(crypto.randomUUID(), "first"))).status).toBe(200);
    expect((await ask("/few", { ...session(user, "first"), ...somebody() })).status).toBe(200);
    for (const status of [200, 200, 429, 429]) expect((await ask("/identified", {})).status).toBe(status);
    expect(identify).toHaveBeenCalledTimes(5);
  });

  test("is not forgotten because of 10,000 denials of credentials that were made up", { timeout: 60_000 }, async () => {
    const user = crypto.randomUUID();
    await exhaust(user);
    const asked = countAsked();
    const send = (name: string) => ask("/identified", session(user, name), asked.bindings);
    await Promise.all(Array.from({ length: 10_001 }, (_, i) => send(`made up ${i}`)));
    expect([(await send("another")).status, asked.times]).toEqual([429, 0]);
  });
});

test("a request without a key does not count, and its response claims no limit", async () => {
  const asked = countAsked();
  for (let i = 0; i < 5; i++) {
    const response = await ask("/identified", { "X-Session": "exempt" }, asked.bindings);
    expect([response.status, limitsOf(response)]).toEqual([200, {}]);
  }
  expect(asked.times).toBe(0);
});

describe("a denial says what the limit is and when to try again:", () => {
  test.each([
    [1, 60, 0, "Limit: 1 request per 60 seconds. Try again in 60 seconds."],
    [1, 60, 58_001, "Limit: 1 request per 60 seconds. Try again in 2 seconds."],
    [2, 60, 59_000, "Limit: 2 requests per 60 seconds. Try again in 1 second."],
    [2, 60, 59_999, "Limit: 2 requests per 60 seconds. Try again in 1 second."],
    [3, 1, 0, "Limit: 3 requests per 1 second. Try again in 1 second."],
    [3, 900, 0, "Limit: 3 requests per 15 minutes. Try again in 15 minutes."],
    [3, 900, 200_000, "Limit: 3 requests per 15 minutes. Try again in 12 minutes."],
    [3, 900, 781_000, "Limit: 3 requests per 15 minutes. Try again in 119 seconds."],
    [3, 130, 0, "Limit: 3 requests per 130 seconds. Try again in 3 minutes."],
  ])("%i in %i s, %i ms later", async (limit, windowSeconds, later, detail) => {
    const name = `told-${crypto.randomUUID()}`;
    const told = setup({
      onRequest: supplyLocals,
      handlers: [
        route.get("/", {
          guards: [rateLimit({ name, limit, windowSeconds, key: () => "", whenUnavailable: "allow" })],
          resolve,
        }),
      ],
    });
    const send = () => told.fetch(new Request("http://localhost/"), env as unknown as Env, createExecutionContext());
    for (let i = 0; i < limit; i++) expect((await send()).status).toBe(200);
    await vi.advanceTimersByTimeAsync(later);
    const denied = await send();
    expect([denied.status, await denied.json()]).toMatchObject([429, { detail }]);
  });
});

test.each([
  ["allow", [429]],
  ["deny", [429, 503]],
] as const)("a limit that would %s states its numbers and what it denies with", (whenUnavailable, denies) => {
  const policy = { name: "stated", limit: 7, windowSeconds: 60, key: () => "", whenUnavailable };
  for (const guard of [rateLimit(policy), rateLimitInput(policy)]) {
    expect([guard.name, factsOf(guard)]).toMatchObject(["rateLimit", { denies, detail: "stated" }]);
    expect(statedLimits(guard)).toEqual([{ name: "stated", max: 7, unit: "requests", windowSeconds: 60 }]);
  }
});

test("a limit that comes from a variable states the number that it counts to, and throws for the same numbers", () => {
  const withVariable = (value: unknown) => ({ ...env, SIGN_IN_RATE_LIMIT: value }) as unknown as Env;
  expect(statedLimits(variable, withVariable(9))).toMatchObject([{ name: "variable", max: 9 }]);
  for (const value of [0, "ten", undefined])
    expect(() => statedLimits(variable, withVariable(value))).toThrow(/^The rate limit variable must be/);
});

function statedLimits(guard: object, forEnv: Env = env): PolicyLimit[] | undefined {
  return factsOf(guard)?.limits?.map((limit) => resolveLimit(limit, { env: forEnv }));
}

describe("a limit from a variable", () => {
  test.each([1, "1"])("may be %j", async (limit) => {
    const headers = somebody();
    const bindings = { SIGN_IN_RATE_LIMIT: limit } as Partial<Env>;
    const statuses = [await ask("/variable", headers, bindings), await ask("/variable", headers, bindings)];
    expect(statuses.map(({ status }) => status)).toEqual([200, 429]);
  });

  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "", "ten", null, undefined])(
    "that is %j is a 500, and the log says where to look",
    async (limit) => {
      const response = await ask("/variable", somebody(), { SIGN_IN_RATE_LIMIT: limit } as unknown as Partial<Env>);
      expect(response.status).toBe(500);
      expect(String(log.mock.lastCall?.[0])).toMatch(
        /rate limit variable must be a whole number above 0, not .*wrangler\.toml/,
      );
    },
  );
});
