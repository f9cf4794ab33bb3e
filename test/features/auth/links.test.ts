import { env } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Env } from "../../../src/env.ts";
import { hashSecret } from "../../../src/identity/tokens/secret.ts";
import { type Account, createAccount, openBrowser, PASSWORD, sendJson } from "../../harness.ts";
import { ask } from "../../identity/credential-app.ts";
import { sendVerifyLink } from "./verify-links.ts";

const UNLIMITED = { API_RATE_LIMIT: 100_000, SIGN_IN_RATE_LIMIT: 100_000, ACCOUNT_RATE_LIMIT: 100_000 };
const MINUTE_MS = 60_000;
const NEW_PASSWORD = "another password for tests";

const post = (path: string, body: unknown, bindings: Partial<Env> = {}, headers: Record<string, string> = {}) =>
  sendJson("POST", `/api/auth/${path}`, body, headers, { ...UNLIMITED, ...bindings });
const statusesOf = (responses: Response[]) => responses.map(({ status }) => status).sort();

const mailsTo = async (email: string) => {
  const kept = env.DB.prepare("SELECT subject, text FROM outbox WHERE recipient = ? ORDER BY id DESC").bind(email);
  return (await kept.all<{ subject: string; text: string }>()).results;
};
const tokenIn = (text = "") => {
  const [, token = ""] = /\?token=([\w-]{43})\s/.exec(text) ?? [];
  return token;
};

/** The two kinds of links: how to ask for one, and how to use it. */
const LINKS = {
  verify: {
    ask: ({ user }: Account) => sendVerifyLink(user.email),
    use: (token: string) => post("verify-email", { token }, {}, me.headers),
    used: 200,
    page: "/verify-email",
    lifetimeMs: 24 * 60 * MINUTE_MS,
  },
  reset: {
    ask: async ({ user }: Account) => {
      expect((await post("forgot-password", { email: user.email })).status).toBe(202);
    },
    use: (token: string) => post("reset-password", { token, password: NEW_PASSWORD }),
    used: 200,
    page: "/reset-password",
    lifetimeMs: 60 * MINUTE_MS,
  },
} as const;
type Kind = keyof typeof LINKS;
const KINDS: [kind: Kind, other: Kind][] = [
  ["verify", "reset"],
  ["reset", "verify"],
];

let me: Account;
/** The clock stands still, but for what a test lets pass: so nobody waits longer for a hash on a slow machine. */
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  me = await createAccount({ emailVerified: false });
});
afterEach(() => vi.useRealTimers());
const passTime = (ms: number) => vi.setSystemTime(Date.now() + ms);

async function renewAccessToken(): Promise<void> {
  const { refreshToken } = me;
  const { accessToken } = await (await post("refresh", { refreshToken })).json<{ accessToken: string }>();
  me = { ...me, headers: { Authorization: `Bearer ${accessToken}` } };
}

async function askFor(kind: Kind): Promise<string> {
  await LINKS[kind].ask(me);
  const [mail] = await mailsTo(me.user.email);
  expect(mail?.text).toContain(`\nhttp://localhost${LINKS[kind].page}?token=`);
  return tokenIn(mail?.text);
}

describe.each(KINDS)("a link to %s", (kind, other) => {
  const { use, used, lifetimeMs } = LINKS[kind];

  test("is good once", async () => {
    const token = await askFor(kind);
    expect((await use(token)).status).toBe(used);
    expect((await use(token)).status).toBe(422);
  });

  test("is good once of ten times at once", { timeout: 60_000 }, async () => {
    const token = await askFor(kind);
    const responses = await Promise.all(Array.from({ length: 10 }, () => use(token)));
    expect(statusesOf(responses)).toEqual([used, ...Array(9).fill(422)]);
  });

  test.each([
    ["until then", -1, used],
    ["and no longer", 0, 422],
  ])("is good as long as the mail says, %s", async (_, ms, status) => {
    const token = await askFor(kind);
    passTime(lifetimeMs + ms);
    await renewAccessToken();
    expect((await use(token)).status).toBe(status);
  });

  test("does not void an earlier one: a stranger who asks keeps nobody from using it", async () => {
    const earlier = await askFor(kind);
    await askFor(kind);
    expect((await use(earlier)).status).toBe(used);
  });

  test("is no good for the other purpose, and not used up by the try", async () => {
    const token = await askFor(kind);
    expect((await LINKS[other].use(token)).status).toBe(422);
    expect((await use(token)).status).toBe(used);
  });

  test("does not replace one for the other purpose", async () => {
    const token = await askFor(kind);
    await askFor(other);
    expect((await use(token)).status).toBe(used);
  });

  test("is in the database as a hash only", async () => {
    const token = await askFor(kind);
    const stored = JSON.stringify((await env.DB.prepare("SELECT * FROM email_tokens").all()).results);
    expect(stored).toContain(hashSecret(token));
    expect(stored).not.toContain(token);
  });

  test.each(["", "x", "A".repeat(43), "' OR 1=1 --"])("can't be %j", async (token) => {
    await askFor(kind);
    expect((await use(token)).status).toBe(422);
  });
});

describe("POST /api/auth/reset-password", () => {
  const reset = async (bindings: Partial<Env> = {}) =>
    post("reset-password", { token: await askFor("reset"), password: NEW_PASSWORD }, bindings);
  const login = (password: string) => post("login", { email: me.user.email, password });

  test("sets the password", async () => {
    const response = await reset();
    expect([response.status, response.headers.get("Cache-Control")]).toEqual([200, "no-store"]);
    expect(await response.json()).toEqual({ deviceToken: expect.stringMatching(/^[\w-]{43}\.[\w-]{43}$/) });
    expect((await login(PASSWORD)).status).toBe(401);
    expect((await login(NEW_PASSWORD)).status).toBe(200);
  });

  test("ends every session of the user, and of nobody else", async () => {
    const [browser, other] = [await openBrowser(me), await createAccount()];
    await reset();
    for (const { headers } of [me, browser]) expect((await ask("/whoami", headers)).status).toBe(401);
    expect((await post("refresh", { refreshToken: me.refreshToken })).status).toBe(401);
    expect((await ask("/whoami", other.headers)).status).toBe(200);
  });

  test("proves the address, of the first administrator, too", async () => {
    await reset({ ADMIN_EMAIL: me.user.email });
    const { accessToken } = await (await login(NEW_PASSWORD)).json<{ accessToken: string }>();
    const response = await ask("/whoami", { Authorization: `Bearer ${accessToken}` });
    expect(await response.json()).toMatchObject({ emailVerified: true, role: "admin" });
  });

  test("refuses a bad password with 400 and does not use the link up for it", async () => {
    const token = await askFor("reset");
    expect((await post("reset-password", { token, password: "password" })).status).toBe(400);
    expect((await LINKS.reset.use(token)).status).toBe(200);
  });
});
