import { env } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Env } from "../../../src/env.ts";
import { hashSecret } from "../../../src/identity/secret.ts";
import { type Account, createAccount, openBrowser, PASSWORD, PRODUCTION, send, sendJson } from "../../harness.ts";

const UNLIMITED = { API_RATE_LIMIT: 100_000, SIGN_IN_RATE_LIMIT: 100_000, ACCOUNT_RATE_LIMIT: 100_000 };
const MINUTE_MS = 60_000;
const NEW_PASSWORD = "another password for tests";

const newAddress = () => `${crypto.randomUUID()}@example.com`;
const post = (path: string, body: unknown, bindings: Partial<Env> = {}) =>
  sendJson("POST", `/api/auth/${path}`, body, {}, { ...UNLIMITED, ...bindings });
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
    ask: ({ headers }: Account) => send("/api/me/verify-email", { method: "POST", headers }, UNLIMITED),
    use: (token: string) => post("verify-email", { token }),
    used: 200,
    page: "/verify-email",
    lifetimeMs: 24 * 60 * MINUTE_MS,
  },
  reset: {
    ask: ({ user }: Account) => post("forgot-password", { email: user.email }),
    use: (token: string) => post("reset-password", { token, password: NEW_PASSWORD }),
    used: 204,
    page: "/reset-password",
    lifetimeMs: 30 * MINUTE_MS,
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
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});
const passTime = (ms: number) => vi.setSystemTime(Date.now() + ms);

async function askFor(kind: Kind): Promise<string> {
  expect((await LINKS[kind].ask(me)).status).toBe(202);
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
    expect((await use(token)).status).toBe(status);
  });

  test("takes the place of an earlier one", async () => {
    const [earlier, later] = [await askFor(kind), await askFor(kind)];
    expect((await use(earlier)).status).toBe(422);
    expect((await use(later)).status).toBe(used);
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

describe("POST /api/auth/forgot-password", () => {
  test("answers alike whether or not there is an account, and mails nobody who has none", async () => {
    const stranger = newAddress();
    const answers = [];
    for (const email of [me.user.email, stranger]) {
      const response = await post("forgot-password", { email });
      const headers = [...response.headers].filter(([name]) => !/^(x-request-id|(x-)?ratelimit.*)$/.test(name));
      answers.push({ status: response.status, headers, body: await response.text() });
    }
    expect(answers[0]).toEqual(answers[1]);
    expect(await mailsTo(me.user.email)).toHaveLength(1);
    expect(await mailsTo(stranger)).toEqual([]);
  });

  test("finds the account however the address is spelled", async () => {
    await post("forgot-password", { email: ` ${me.user.email.toUpperCase()} ` });
    expect(await mailsTo(me.user.email)).toHaveLength(1);
  });
});

describe("POST /api/auth/reset-password", () => {
  const reset = async (bindings: Partial<Env> = {}) =>
    post("reset-password", { token: await askFor("reset"), password: NEW_PASSWORD }, bindings);
  const login = (password: string) => post("login", { email: me.user.email, password });

  test("sets the password", async () => {
    expect((await reset()).status).toBe(204);
    expect((await login(PASSWORD)).status).toBe(401);
    expect((await login(NEW_PASSWORD)).status).toBe(200);
  });

  test("ends every session of the user, and of nobody else", async () => {
    const [browser, other] = [await openBrowser(me), await createAccount()];
    await reset();
    for (const { headers } of [me, browser]) expect((await send("/api/me", { headers })).status).toBe(401);
    expect((await post("refresh", { refreshToken: me.refreshToken })).status).toBe(401);
    expect((await send("/api/me", { headers: other.headers })).status).toBe(200);
  });

  test("proves the address, of the first administrator, too", async () => {
    await reset({ ADMIN_EMAIL: me.user.email });
    const { accessToken } = await (await login(NEW_PASSWORD)).json<{ accessToken: string }>();
    const response = await send("/api/me", { headers: { Authorization: `Bearer ${accessToken}` } });
    expect(await response.json()).toMatchObject({ emailVerified: true, role: "admin" });
  });

  test("refuses a bad password with 400 and does not use the link up for it", async () => {
    const token = await askFor("reset");
    expect((await post("reset-password", { token, password: "password" })).status).toBe(400);
    expect((await LINKS.reset.use(token)).status).toBe(204);
  });
});

describe("a verified address", () => {
  test("is asked to be verified no more", async () => {
    const { headers, user } = await createAccount({ emailVerified: true });
    expect((await send("/api/me/verify-email", { method: "POST", headers })).status).toBe(202);
    expect(await mailsTo(user.email)).toEqual([]);
  });
});

describe("mail in production", () => {
  const register = (email: string, bindings: Partial<Env>) =>
    post("register", { email, name: "Ada", password: PASSWORD }, { ...PRODUCTION, ...bindings });
  const watchErrors = () => vi.spyOn(console, "error").mockImplementation(() => {});

  test("goes through the binding EMAIL, and is not kept", async () => {
    const send = vi.fn<(mail: object) => Promise<{ messageId: string }>>(async () => ({ messageId: "1" }));
    const email = newAddress();
    expect((await register(email, { EMAIL: { send }, MAIL_FROM: "no-reply@example.com" })).status).toBe(201);
    expect(send.mock.calls).toEqual([
      [
        {
          from: "no-reply@example.com",
          to: email,
          subject: "Your e-mail address",
          text: expect.stringMatching(/^Hello,[\s\S]*\/verify-email\?token=[\w-]{43}\n/),
        },
      ],
    ]);
    expect(await mailsTo(email)).toEqual([]);
  });

  test("that can't be sent for want of the binding is an error in the log, and the account is made", async () => {
    const error = watchErrors();
    const email = newAddress();
    expect((await register(email, {})).status).toBe(201);
    expect(error.mock.calls).toHaveLength(1);
    const line = JSON.parse(String(error.mock.calls[0]?.[0]));
    expect(line).toMatchObject({ level: "error", error: { message: expect.stringContaining("EMAIL is missing") } });
    expect(line.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect((await post("login", { email, password: PASSWORD })).status).toBe(200);
  });

  test("that the binding refuses is an error in the log, which does not hold the token", async () => {
    const error = watchErrors();
    const sent: string[] = [];
    const EMAIL = {
      send: async (mail: object) => {
        sent.push(tokenIn("text" in mail ? String(mail.text) : ""));
        throw new Error("The mail was refused");
      },
    };
    expect((await register(newAddress(), { EMAIL })).status).toBe(201);
    const [token = ""] = sent;
    expect(token).toHaveLength(43);
    const written = JSON.stringify(error.mock.calls);
    expect(written).toContain("The mail was refused");
    expect(written).not.toContain(token);
  });
});
