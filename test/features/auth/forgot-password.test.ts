import { createExecutionContext, env, waitOnExecutionContext } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { databaseWith } from "../../databases.ts";
import { type Account, app, createAccount, newAddress, sendJson } from "../../harness.ts";
import { sendVerifyLink } from "./verify-links.ts";

const HOUR_MS = 60 * 60_000;
const newEmail = () => `${crypto.randomUUID()}@example.com`;
const forgot = (email: string) => sendJson("POST", "/api/auth/forgot-password", { email });

/** The tokens of all links that were mailed to that address, the oldest first. */
const tokensFor = async (email: string) => {
  const kept = env.DB.prepare("SELECT text FROM outbox WHERE recipient = ? ORDER BY id").bind(email);
  const { results } = await kept.all<{ text: string }>();
  return results.flatMap(({ text }) => /\?token=([\w-]{43})\s/.exec(text)?.[1] ?? []);
};
const contentsOf = async (response: Response) => ({
  status: response.status,
  headers: [...response.headers].filter(([name]) => !/^(x-request-id|(x-)?ratelimit.*|set-cookie)$/.test(name)),
  body: (await response.text()).replaceAll(/name="csrf" value="[^"]*"/g, ""),
});

let me: Account;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  me = await createAccount({ emailVerified: false });
});
afterEach(() => vi.useRealTimers());

describe("POST /api/auth/forgot-password", () => {
  test("gives the same response whether or not there is an account, and sends mail only if there is", async () => {
    const stranger = newEmail();
    const responses = [await contentsOf(await forgot(me.user.email)), await contentsOf(await forgot(stranger))];
    expect(responses[0]?.status).toBe(202);
    expect(responses[0]).toEqual(responses[1]);
    expect(await tokensFor(me.user.email)).toHaveLength(1);
    expect(await tokensFor(stranger)).toEqual([]);
  });

  test("finds the account however the address is spelled", async () => {
    await forgot(` ${me.user.email.toUpperCase()} `);
    expect(await tokensFor(me.user.email)).toHaveLength(1);
  });
});

/** Whatever asks for a link. */
const ASKS = {
  "POST /api/auth/forgot-password": (email: string) => ({
    path: "/api/auth/forgot-password",
    init: { headers: { "Content-Type": "application/json" }, body: JSON.stringify({ email }) },
  }),
  "POST /forgot-password": (email: string) => ({
    path: "/forgot-password",
    init: { headers: { "Sec-Fetch-Site": "same-origin" }, body: new URLSearchParams({ email }) },
  }),
};

describe.each(Object.entries(ASKS))("%s", (_, ask) => {
  test("asks the database nothing before the response, whether or not there is an account", async () => {
    for (const email of [me.user.email, newEmail()]) {
      const { path, init } = ask(email);
      const headers = { ...init.headers, "CF-Connecting-IP": newAddress() };
      const request = new Request(`http://localhost${path}`, { method: "POST", ...init, headers });
      const order: string[] = [];
      const prepare = (sql: string) => {
        order.push(/email_tokens|outbox|users/.exec(sql)?.[0] ?? sql);
        return env.DB.prepare(sql);
      };
      const ctx = createExecutionContext();
      const bindings = { ...env, DB: databaseWith({ prepare }) };
      bindings.ADDRESS_LIMIT = { limit: async () => ({ success: true }) };
      const { status } = await app.fetch(request, bindings, ctx);
      order.push(`answered ${status < 400}`);
      await waitOnExecutionContext(ctx);
      const work = email === me.user.email ? ["users", "email_tokens", "outbox"] : ["users"];
      expect(order).toEqual(["answered true", ...work]);
    }
  });
});

/** The kinds of links: how to ask for one, how to use it, and how long it lives. */
const KINDS = {
  reset: {
    ask: () => forgot(me.user.email),
    use: (token: string) => sendJson("POST", "/api/auth/reset-password", { token, password: "another one for tests" }),
    lifetimeMs: HOUR_MS,
  },
  verify: {
    ask: async () => {
      await sendVerifyLink(me.user.email);
      return new Response(null, { status: 202 });
    },
    use: (token: string) => sendJson("POST", "/api/auth/verify-email", { token }, me.headers),
    lifetimeMs: 24 * HOUR_MS,
  },
};

describe.each(Object.entries(KINDS))("three links to %s are live at most", (kind, { ask, use, lifetimeMs }) => {
  const askTimes = async (times: number) => {
    const responses = [];
    for (let i = 0; i < times; i++) responses.push(await contentsOf(await ask()));
    return responses;
  };

  test("the fourth request gets the same response and no mail, and all three still work", async () => {
    const responses = await askTimes(6);
    expect(responses[0]?.status).toBe(202);
    for (const response of responses) expect(response).toEqual(responses[0]);
    const tokens = await tokensFor(me.user.email);
    expect(tokens).toHaveLength(3);
    // A reset ends the other links; so each is tried where the others are untouched.
    const [oldest = "", middle = "", newest = ""] = tokens;
    const tried = kind === "verify" ? [oldest, middle, newest] : [oldest];
    for (const token of tried) expect((await use(token)).status).toBe(200);
  });

  test.each([0, 1, 2])("link %i of the three works", async (index) => {
    await askTimes(4);
    const token = (await tokensFor(me.user.email))[index] ?? "";
    expect((await use(token)).status).toBe(200);
  });

  test("there is room again when one has expired, not before", async () => {
    await askTimes(1);
    vi.setSystemTime(Date.now() + 1000);
    await askTimes(2);
    vi.setSystemTime(Date.now() + lifetimeMs - 1001);
    await refreshed();
    await askTimes(1);
    expect(await tokensFor(me.user.email)).toHaveLength(3);
    vi.setSystemTime(Date.now() + 1);
    await askTimes(2);
    expect(await tokensFor(me.user.email)).toHaveLength(4);
  });

  test("four who ask at once get three", async () => {
    await Promise.all(Array.from({ length: 8 }, ask));
    expect(await tokensFor(me.user.email)).toHaveLength(3);
  });

  test("those of the other kind and of other accounts do not count", async () => {
    const other = await createAccount({ emailVerified: false });
    await askTimes(3);
    await KINDS[kind === "reset" ? "verify" : "reset"].ask();
    await forgot(other.user.email);
    expect(await tokensFor(me.user.email)).toHaveLength(4);
    expect(await tokensFor(other.user.email)).toHaveLength(1);
  });
});

test("there is room again when a link was used", async () => {
  for (let i = 0; i < 4; i++) await forgot(me.user.email);
  const [token = ""] = await tokensFor(me.user.email);
  expect((await KINDS.reset.use(token)).status).toBe(200);
  await forgot(me.user.email);
  expect(await tokensFor(me.user.email)).toHaveLength(4);
});

/** Access tokens live for a quarter of an hour: the account gets a new one. */
async function refreshed(): Promise<void> {
  const { refreshToken } = me;
  const response = await sendJson("POST", "/api/auth/refresh", { refreshToken });
  const { accessToken } = await response.json<{ accessToken: string }>();
  me = { ...me, headers: { Authorization: `Bearer ${accessToken}` } };
}
