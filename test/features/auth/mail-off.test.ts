/** The truth about mail while none can be sent. */
import { env } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Env } from "../../../src/env.ts";
import { createEmailToken } from "../../../src/identity/tokens/email-tokens.ts";
import { createAccount, PASSWORD, PRODUCTION, send, sendJson } from "../../harness.ts";
import { flashOf, openPlainBrowser } from "../../plain-browser.ts";

const newEmail = () => `${crypto.randomUUID()}@example.com`;
const OFF: Partial<Env> = { ...PRODUCTION, MAIL_PROVIDER: "" };
const ON: Partial<Env> = {
  ...PRODUCTION,
  MAIL_PROVIDER: "cloudflare",
  EMAIL: { send: async () => ({ messageId: "1" }) },
};
const countTokens = () => env.DB.prepare("SELECT count(*) AS n FROM email_tokens").first("n");
const forgot = (body: object, bindings: Partial<Env>) =>
  sendJson("POST", "/api/auth/forgot-password", body, {}, bindings);
const SAID = "Mail is not configured, so no link can be sent.";

beforeEach(() => void vi.spyOn(console, "warn").mockImplementation(() => {}));
afterEach(() => vi.restoreAllMocks());

type Ask = (email: string, bindings: Partial<Env>) => Promise<Response>;

/** How a link is asked for, and the status while mail is on. */
const ASKS: readonly (readonly [label: string, ask: Ask, status: number])[] = [
  ["POST /api/auth/forgot-password", (email, bindings) => forgot({ email }, bindings), 202],
  [
    "POST /api/auth/forgot-password with an invalid body",
    (email, bindings) => forgot({ email: [email] }, bindings),
    400,
  ],
  [
    "POST /forgot-password",
    (email, bindings) => {
      const headers = { "Sec-Fetch-Site": "same-origin", Accept: "text/html" };
      return send("/forgot-password", { method: "POST", headers, body: new URLSearchParams({ email }) }, bindings);
    },
    303,
  ],
  [
    "GET /forgot-password",
    (_, bindings) => send("/forgot-password", { headers: { Accept: "text/html" } }, bindings),
    200,
  ],
];

describe.each(ASKS)("%s", (_, ask, status) => {
  test("is 503 while mail is off, whether or not there is an account, and creates no link", async () => {
    const { email } = (await createAccount()).user;
    const before = await countTokens();
    const seen = await Promise.all(
      [email, newEmail()].map(async (address) => {
        const response = await ask(address, OFF);
        // The page shows the address that was typed, and both name the request.
        const text = (await response.text()).replaceAll(/"requestId":"[^"]*"|<code>[^<]*<\/code>/g, "");
        expect(text).toContain(SAID);
        expect(text).not.toMatch(/MAIL_PROVIDER|RESEND/);
        const retry = response.headers.get("Retry-After");
        return { status: response.status, retry, text: text.replaceAll(address, "address") };
      }),
    );
    expect(seen[0]).toEqual({ ...seen[1], status: 503, retry: "3600" });
    expect(await countTokens()).toBe(before);
  });

  test("gets the usual response while mail is on", async () => {
    expect((await ask(newEmail(), ON)).status).toBe(status);
  });
});

test.each([
  ["off", OFF],
  ["on", ON],
])("POST /api/auth/register creates the account and says that mail is %s", async (mail, bindings) => {
  const [email, before] = [newEmail(), await countTokens()];
  const body = { email, name: "Ada", password: PASSWORD };
  const response = await sendJson("POST", "/api/auth/register", body, {}, bindings);
  expect([response.status, await response.json()]).toEqual([201, { user: expect.objectContaining({ email }), mail }]);
  expect(Number(await countTokens()) - Number(before)).toBe(mail === "on" ? 1 : 0);
  expect((await sendJson("POST", "/api/auth/login", { email, password: PASSWORD }, {}, bindings)).status).toBe(200);
});

test.each([
  ["off", OFF, /^Welcome\. Mail is not configured, so no e-mail was sent/],
  ["on", ON, /^Welcome\. We are sending you an e-mail/],
])("the page after a registration with mail %s tells the truth about it", async (_, bindings, said) => {
  const browser = openPlainBrowser(bindings);
  await browser.open("/register");
  const shown = await browser.submit({ name: "Ada", email: newEmail(), password: PASSWORD });
  expect([shown.status, flashOf(shown)]).toEqual([200, expect.stringMatching(said)]);
});

const LINKING: Readonly<Record<string, () => Promise<string>>> = {
  "/login": async () => "/login",
  "the page of a used reset link": async () => "/reset-password?token=x",
  "the page of a confirmation link": async () =>
    `/verify-email?token=${await createEmailToken(env.DB, (await createAccount({ emailVerified: false })).user.id, "verify")}`,
};

test.each(Object.keys(LINKING))("%s leads to /forgot-password only while mail is on", async (name) => {
  const path = (await LINKING[name]?.()) ?? "";
  for (const [bindings, isLinked] of [[ON, true] as const, [OFF, false] as const]) {
    const { status, text } = await openPlainBrowser(bindings).open(path);
    expect([status, text.includes('href="/forgot-password"')]).toEqual([200, isLinked]);
    if (path === "/login") expect(text.includes("Mail is not configured")).toBe(!isLinked);
  }
});
