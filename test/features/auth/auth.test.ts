import { env } from "cloudflare:test";
import { decodeJwt } from "jose";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Env } from "../../../src/env.ts";
import type { User } from "../../../src/identity/users/user.ts";
import { createAccount, createKey, facts, PASSWORD, send, sendJson } from "../../harness.ts";
import { ask } from "../../identity/credential-app.ts";

const UNLIMITED = { API_RATE_LIMIT: 100_000, SIGN_IN_RATE_LIMIT: 100_000, ACCOUNT_RATE_LIMIT: 100_000 };
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
}

const newAddress = () => `${crypto.randomUUID()}@example.com`;
const post = (path: string, body: unknown, bindings: Partial<Env> = {}, headers: Record<string, string> = {}) =>
  sendJson("POST", `/api/auth/${path}`, body, headers, { ...UNLIMITED, ...bindings });
const register = (email: string, bindings: Partial<Env> = {}) =>
  post("register", { email, name: "Ada", password: PASSWORD }, bindings);
const login = (email: string, password = PASSWORD, bindings: Partial<Env> = {}) =>
  post("login", { email, password }, bindings);
const signIn = async (email: string) => (await login(email)).json<Tokens>();
const me = (accessToken: string) => ask("/whoami", { Authorization: `Bearer ${accessToken}` });
const statusesOf = (responses: Response[]) => responses.map(({ status }) => status).sort();
const atOnce = (count: number, ask: () => Promise<Response>) => Promise.all(Array.from({ length: count }, ask));

/** The clock stands still: nobody waits too long in the queue for a hash on a slow machine. */
beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(() => vi.useRealTimers());

describe("POST /api/auth/register", () => {
  test("responds with 201 and the user, without the password", async () => {
    const email = newAddress();
    const response = await post("register", { email, name: " Ada ", password: PASSWORD });
    expect(response.status).toBe(201);
    expect(response.headers.get("Cache-Control")).toBe("no-store");
    expect(await response.json()).toEqual({
      user: {
        id: expect.stringMatching(UUID),
        email,
        name: "Ada",
        role: "user",
        emailVerified: false,
        createdAt: expect.stringMatching(TIME),
      },
      mail: "on",
    });
  });

  test("responds with 409 for an address that is taken, however it is spelled", async () => {
    const { user } = await createAccount();
    for (const email of [user.email, user.email.toUpperCase(), `  ${user.email}\n`]) {
      expect((await register(email)).status).toBe(409);
    }
  });

  test("makes one account of ten requests at once", { timeout: 60_000 }, async () => {
    const email = newAddress();
    expect(statusesOf(await atOnce(10, () => register(email)))).toEqual([201, ...Array(9).fill(409)]);
    const made = await env.DB.prepare("SELECT count(*) AS n FROM users WHERE email = ?").bind(email).first("n");
    expect(made).toBe(1);
  });

  test("uses up no user number for an address that is taken", async () => {
    const numberOf = (email: string) =>
      env.DB.prepare("SELECT number FROM users WHERE email = ?").bind(email).first<number>("number");
    const [first, second] = [newAddress(), newAddress()];
    const statuses = [];
    for (const email of [first, first, first, second]) statuses.push((await register(email)).status);
    expect(statuses).toEqual([201, 409, 409, 201]);
    expect(await numberOf(second)).toBe(Number(await numberOf(first)) + 1);
  });

  const good = { email: "a@example.com", name: "Ada", password: PASSWORD };
  test.each<[string, unknown]>([
    ["a role", { ...good, role: "admin" }],
    ["a proof of the address", { ...good, emailVerified: true }],
    ["an id", { ...good, id: crypto.randomUUID() }],
    ["__proto__", JSON.stringify(good).replace("{", '{"__proto__":{"role":"admin"},')],
    ["an address without a domain", { ...good, email: "ada" }],
    ["two addresses", { ...good, email: "a@example.com,b@example.com" }],
    ["an address with a line end", { ...good, email: "a@example.com\r\nBcc: b@example.com" }],
    ["an address of 255 characters", { ...good, email: `${"a".repeat(243)}@example.com` }],
    ["a list of addresses", { ...good, email: [good.email] }],
    ["no name", { ...good, name: " " }],
    ["a name of 101 characters", { ...good, name: "a".repeat(101) }],
    ["a NUL in the name", { ...good, name: "a\0" }],
    ["a password of 7 characters", { ...good, password: "c7 jdh!" }],
    ["nothing", {}],
    ["what is not JSON", "{"],
  ])("refuses %s with 400", async (_, body) => {
    expect((await post("register", body)).status).toBe(400);
  });
});

describe("POST /api/auth/login", () => {
  test("responds with 200 and tokens, which no cache stores", async () => {
    const { user } = await createAccount();
    const response = await login(` ${user.email.toUpperCase()} `);
    expect(response.status).toBe(200);
    expect(response.headers.get("Cache-Control")).toBe("no-store");
    const tokens = await response.json<Tokens>();
    expect(tokens).toEqual({
      accessToken: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      tokenType: "Bearer",
      expiresIn: 900,
      refreshToken: expect.stringMatching(/^[\w-]{43}\.[\w-]{43}$/),
      deviceToken: expect.stringMatching(/^[\w-]{43}\.[\w-]{43}$/),
    });
    const { iat = 0, exp } = decodeJwt(tokens.accessToken);
    expect(exp).toBe(iat + 900);
    expect(await (await me(tokens.accessToken)).json()).toMatchObject(user);
  });

  test("answers a wrong password and an address without an account alike, in every header", async () => {
    const { user } = await createAccount();
    const responses = [];
    for (const [index, email] of [user.email, newAddress()].entries()) {
      const ip = { "CF-Connecting-IP": `192.0.2.${index}` };
      const response = await post("login", { email, password: "a wrong password" }, {}, ip);
      const { requestId, ...body } = await response.json<{ requestId: string }>();
      const headers = [...response.headers].filter(([name]) => !["x-request-id", "x-d1-bookmark"].includes(name));
      responses.push({ status: response.status, body, headers });
      expect(response.headers.get("X-Request-Id")).toBe(requestId);
    }
    expect(responses[0]?.status).toBe(401);
    expect(responses[0]).toEqual(responses[1]);
  });

  test.each([
    { email: "a@example.com", password: PASSWORD, remember: true },
    { email: "a@example.com" },
    { email: "x" },
    [],
  ])("refuses %j with 400", async (body) => {
    expect((await post("login", body)).status).toBe(400);
  });
});

describe("POST /api/auth/refresh", () => {
  test("responds with 200 and the body of a login without a device token, which no cache stores", async () => {
    const { refreshToken } = await createAccount();
    const response = await post("refresh", { refreshToken });
    expect(response.headers.get("Cache-Control")).toBe("no-store");
    expect(await response.json()).toEqual({
      accessToken: expect.any(String),
      tokenType: "Bearer",
      expiresIn: 900,
      refreshToken: expect.stringMatching(/^[\w-]{43}\.[\w-]{43}$/),
    });
  });

  test("refuses an unknown field", async () => {
    const { refreshToken } = await createAccount();
    expect((await post("refresh", { refreshToken, scope: "admin" })).status).toBe(400);
  });
});

describe("POST /api/auth/logout", () => {
  test("responds with 204, and only the two tokens of this session are refused", async () => {
    const { user, headers, refreshToken } = await createAccount();
    const other = await signIn(user.email);
    expect((await send("/api/auth/logout", { method: "POST", headers })).status).toBe(204);
    expect((await ask("/whoami", headers)).status).toBe(401);
    expect((await post("refresh", { refreshToken })).status).toBe(401);
    expect((await me(other.accessToken)).status).toBe(200);
    expect((await post("refresh", { refreshToken: other.refreshToken })).status).toBe(200);
  });

  test("responds with 401 to a stranger", async () => {
    expect((await send("/api/auth/logout", { method: "POST" })).status).toBe(401);
  });
});

describe("ADMIN_EMAIL", () => {
  const roleOf = (email: string) => env.DB.prepare("SELECT role FROM users WHERE email = ?").bind(email).first("role");
  const tokenMailedTo = async (email: string) => {
    const text = await env.DB.prepare("SELECT text FROM outbox WHERE recipient = ?").bind(email).first<string>("text");
    return /token=([\w-]+)/.exec(text ?? "")?.[1];
  };

  test("makes an administrator when the address is proved, not before", async () => {
    const email = newAddress();
    const bindings = { ADMIN_EMAIL: email.toUpperCase() };
    const made = await (await register(email, bindings)).json<{ user: User }>();
    expect(made.user.role).toBe("user");
    expect((await login(email, PASSWORD, bindings)).status).toBe(200);
    expect(await roleOf(email)).toBe("user");
    const token = await tokenMailedTo(email);
    const verified = await (await post("verify-email", { token, password: PASSWORD }, bindings)).json();
    expect(verified).toEqual({ user: { ...made.user, role: "admin", emailVerified: true } });
  });

  test.each(["", "somebody-else@example.com"])("%j makes no other user one", async (ADMIN_EMAIL) => {
    const email = newAddress();
    await register(email, { ADMIN_EMAIL });
    const token = await tokenMailedTo(email);
    expect((await post("verify-email", { token, password: PASSWORD }, { ADMIN_EMAIL })).status).toBe(200);
    expect(await roleOf(email)).toBe("user");
  });
});

test("an API key does not sign out, whatever its permissions", async () => {
  const { key } = await createKey(await createAccount(), facts.permissions);
  expect((await send("/api/auth/logout", { method: "POST", headers: { "X-API-Key": key } })).status).toBe(403);
});
