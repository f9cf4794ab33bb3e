/** Drives every flow that handles a secret, and looks for each in the log and in what errors say. */

import { env } from "cloudflare:test";
import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Env } from "../../../src/env.ts";
import { hashSecret } from "../../../src/identity/tokens/secret.ts";
import { createAccount, openBrowser, PASSWORD, PRODUCTION, send, sendJson } from "../../harness.ts";

const ENVIRONMENTS: Partial<Env>[] = [{ ENVIRONMENT: "development" }, PRODUCTION];
const CHANNELS = ["log", "info", "warn", "error", "debug"] as const;

/** Everything that was written to the console, and every error that a client was told. */
let told: string[] = [];
/** By what they are, so that a failure says which one leaked and not what it is. */
let secrets = new Map<string, string>();

const TOKEN_KEY: string = JSON.parse(env.TOKEN_KEYS).keys[0].k;

beforeEach(() => {
  told = [];
  secrets = new Map([["a key of TOKEN_KEYS", TOKEN_KEY]]);
  for (const channel of CHANNELS) {
    vi.spyOn(console, channel).mockImplementation((...parts: unknown[]) => void told.push(parts.map(String).join(" ")));
  }
});
afterEach(() => vi.restoreAllMocks());

/** A form that is shown again holds its own hidden fields: that is where they belong. */
const withoutHidden = (html: string) => html.replaceAll(/<input type="hidden"[^>]*>/g, "");

/** Notes what a response says if it is an error. @returns It again, unread. */
async function listen(response: Promise<Response>): Promise<Response> {
  const answer = await response;
  if (answer.status < 400) return answer;
  const body = await answer.clone().text();
  told.push(withoutHidden(body), JSON.stringify([...answer.headers].filter(([name]) => name !== "set-cookie")));
  return answer;
}

function json(
  path: string,
  body: unknown,
  bindings: Partial<Env>,
  headers: Record<string, string> = {},
  method = "POST",
) {
  return listen(sendJson(method, path, body, headers, bindings));
}

function form(path: string, fields: Record<string, string>, bindings: Partial<Env>, Cookie = "") {
  const headers = { "Sec-Fetch-Site": "same-origin", Accept: "text/html", Cookie };
  return listen(send(path, { method: "POST", headers, body: new URLSearchParams(fields) }, bindings));
}

async function mailedToken(recipient: string): Promise<string> {
  const mail = await env.DB.prepare("SELECT text FROM outbox WHERE recipient = ? ORDER BY id DESC LIMIT 1")
    .bind(recipient)
    .first<string>("text");
  return /token=([\w-]+)/.exec(mail ?? "")?.[1] ?? "";
}

/** What the database keeps in the place of secrets. */
async function noteStoredHashes(): Promise<void> {
  const columns = ["users.password_hash", "sessions.secret_hash", "sessions.refresh_hash", "sessions.previous_hash"];
  for (const column of [...columns, "api_keys.key_hash", "email_tokens.token_hash"]) {
    const [table, name] = column.split(".");
    const { results } = await env.DB.prepare(`SELECT ${name} AS hash FROM ${table}`).all<{ hash: string | null }>();
    for (const [index, { hash }] of results.entries()) if (hash) secrets.set(`${column} ${index}`, hash);
  }
}

function expectNothingLeaked(): void {
  const all = told.join("\n");
  const leaked = [...secrets].flatMap(([what, secret]) => {
    const digest = (encoding: "hex" | "base64url") => createHash("sha256").update(secret).digest(encoding);
    const forms = [
      secret,
      encodeURIComponent(secret),
      JSON.stringify(secret).slice(1, -1),
      secret.replaceAll('"', "&quot;"),
      digest("hex"),
      digest("base64url"),
    ];
    return forms.some((form) => all.includes(form)) ? [what] : [];
  });
  expect(leaked).toEqual([]);
}

/** All of the API's flows once, right and wrong. */
async function driveApi(bindings: Partial<Env>): Promise<void> {
  const account = await createAccount({ emailVerified: false });
  const { email } = account.user;
  const bearer: Record<string, string> = { ...account.headers };
  const [password, wrong, next] = [`pässword "1" ${email}`, `wrong "1" ${email}`, `next "1" ${email}`];
  for (const [what, secret] of Object.entries({ PASSWORD, password, wrong, next })) secrets.set(what, secret);
  secrets.set("the account's token", account.headers.Authorization.slice("Bearer ".length));
  secrets.set("the account's refresh token", account.refreshToken);

  await json("/api/auth/register", { email: `new-${email}`, name: "N", password }, bindings);
  await json("/api/auth/register", { email: `new-${email}`, name: "N", password }, bindings);
  await json("/api/auth/register", { email, name: "", password: wrong, passwordAgain: wrong }, bindings);
  await json("/api/auth/register", `{"email":"x","password":"${hashSecret(wrong)}`, bindings);
  secrets.set("a password in broken JSON", hashSecret(wrong));
  await json("/api/auth/login", { email, password: wrong }, bindings);
  await json("/api/auth/login", { email, password: wrong.repeat(20) }, bindings);
  const tokens = await (await json("/api/auth/login", { email, password: PASSWORD }, bindings)).json<
    Record<string, string>
  >();
  const { refreshToken = "", accessToken = "" } = tokens;
  if (refreshToken) secrets.set("a refresh token", refreshToken).set("an access token", accessToken);
  await noteStoredHashes();
  const refreshed = await (await json("/api/auth/refresh", { refreshToken }, bindings)).json<Record<string, string>>();
  if (refreshed.refreshToken) secrets.set("its successor", refreshed.refreshToken);
  await json("/api/auth/refresh", { refreshToken: refreshToken.replace(/.$/, "!") }, bindings);
  await json("/api/auth/refresh", { refreshToken: refreshed.refreshToken }, bindings);
  await json("/api/auth/refresh", { refreshToken }, bindings);

  await json("/api/me", { name: wrong, password: wrong }, bindings, bearer, "PATCH");
  await json("/api/me/keys", { name: "k", permissions: ["none:such"] }, bindings, bearer);
  const permissions = ["notes:read"];
  const { key = "" } = await (await json("/api/me/keys", { name: "k", permissions }, bindings, bearer)).json<{
    key?: string;
  }>();
  if (key) secrets.set("an API key", key);
  await noteStoredHashes();
  for (const shown of [key, `${key}x`]) await listen(send("/api/me", { headers: { "X-API-Key": shown } }, bindings));
  await listen(send("/api/me", { headers: { Authorization: `Bearer ${accessToken}x` } }, bindings));
  await listen(
    send(`/none/${accessToken}?token=${accessToken}`, { headers: { Accept: "text/html", ...bearer } }, bindings),
  );

  await json("/api/me/verify-email", {}, bindings, bearer);
  await json("/api/auth/forgot-password", { email }, bindings);
  await noteStoredHashes();
  const token = await mailedToken(email);
  if (token) secrets.set("a mailed token", token);
  await json("/api/auth/verify-email", { token }, bindings);
  await json("/api/auth/reset-password", { token, password: "password" }, bindings);
  await json("/api/auth/reset-password", { token: `${token}x`, password: next }, bindings);
  await json("/api/auth/reset-password", { token, password: next }, bindings);
  const change = { currentPassword: wrong, newPassword: password };
  await json("/api/me/password", change, bindings, bearer);
  await json("/api/auth/logout", {}, bindings, bearer);
  await noteStoredHashes();
}

/** The same of the pages. */
async function drivePages(bindings: Partial<Env>): Promise<void> {
  const account = await createAccount({ emailVerified: false });
  const { email } = account.user;
  const { headers, csrf } = await openBrowser(account);
  const [password, wrong] = [`pässword "2" ${email}`, `wrong "2" ${email}`];
  for (const [what, secret] of Object.entries({ PASSWORD, password, wrong, csrf }))
    secrets.set(`${what} of the pages`, secret);
  secrets.set("the cookie", headers.Cookie.replace("__Host-session=", ""));
  const page = { Accept: "text/html", Cookie: headers.Cookie };

  await form("/register", { email: `new-${email}`, name: "N", password }, bindings);
  await form("/register", { email: `new-${email}`, name: "N", password }, bindings);
  await form("/register", { email: "no address", name: "", password: wrong }, bindings);
  await form(
    "/register",
    { email: wrong.slice(0, 5), name: "N", password: wrong.repeat(20) },
    bindings,
    headers.Cookie,
  );
  await form("/login", { email, password: wrong }, bindings, headers.Cookie);
  await form("/login", { email, password: PASSWORD, next: "//evil.example" }, bindings);
  await form("/forgot-password", { email }, bindings);
  const token = await mailedToken(email);
  if (token) secrets.set("a mailed token of the pages", token);
  await listen(send(`/reset-password?token=${token}`, { headers: page }, bindings));
  await form("/reset-password", { token, password: "password" }, bindings);
  await form("/reset-password", { token: `${token}x`, password }, bindings);
  await form("/verify-email", { token }, bindings);
  await form("/account/password", { csrf, currentPassword: wrong, newPassword: password }, bindings, headers.Cookie);
  await listen(send("/account", { headers: page }, bindings));
  await form("/logout", { csrf: `${csrf}x` }, bindings, headers.Cookie);
  await form("/logout", { csrf }, bindings, headers.Cookie);
  await form("/logout", { csrf }, bindings, headers.Cookie);
  await noteStoredHashes();
}

const LIMITS = { API_RATE_LIMIT: 100_000, SIGN_IN_RATE_LIMIT: 100_000, ACCOUNT_RATE_LIMIT: 100_000 };

/** A database that fails at whatever begins so. What it throws says nothing of what it was asked. */
function failingAt(statement: RegExp): D1Database {
  return new Proxy(env.DB, {
    get(db, name) {
      if (name !== "prepare") return Reflect.get(db, name).bind(db);
      return (sql: string) => {
        if (statement.test(sql.trim())) throw new Error("The database is away", { cause: new Error("It is raining") });
        return db.prepare(sql);
      };
    },
  });
}

const databases: [what: string, DB: D1Database][] = [
  ["works", env.DB],
  ["can't be written", failingAt(/^(INSERT|UPDATE|DELETE)/)],
  ["can't be read", failingAt(/^SELECT/)],
];

describe.each(ENVIRONMENTS)("in $ENVIRONMENT", (variables) => {
  test.each(databases)(
    "with a database that %s, nothing that is secret is logged or told",
    { timeout: 30_000 },
    async (_, DB) => {
      await driveApi({ ...LIMITS, ...variables, DB });
      await drivePages({ ...LIMITS, ...variables, DB });
      expect(told.length).toBeGreaterThan(50);
      expectNothingLeaked();
    },
  );

  test("a limit that can't be asked tells nothing of whom it would have counted", async () => {
    const RATE_LIMITER = {
      idFromName: (name: string) => name,
      get: () => ({ take: () => Promise.reject(new Error("away")) }),
    } as unknown as Env["RATE_LIMITER"];
    await driveApi({ ...LIMITS, ...variables, RATE_LIMITER });
    expectNothingLeaked();
  });

  test.each([
    '{"keys":[{"kty":"oct","kid":"a","k":"too-short-a-key-5ecret"}]}',
    '{"keys":[{"kty":"oct","kid":"a","k":"too-short-a-key-5ecret',
    '["too-short-a-key-5ecret"]',
  ])("a secret TOKEN_KEYS that is none is a 500 that does not hold it: %s", async (TOKEN_KEYS) => {
    secrets.set("the key", "too-short-a-key-5ecret");
    const { headers } = await createAccount();
    const answer = await listen(send("/api/me", { headers }, { ...variables, TOKEN_KEYS }));
    expect(answer.status).toBe(500);
    expectNothingLeaked();
  });
});

test("a mailer that fails says nothing of the mail that it did not send", async () => {
  const sent = vi.fn(({ text }: { text: string }) => {
    secrets.set(`a mailed token ${secrets.size}`, /token=([\w-]+)/.exec(text)?.[1] ?? "");
    return Promise.reject(new Error("No mail today"));
  });
  const bindings = { ...LIMITS, ...PRODUCTION, EMAIL: { send: sent } as unknown as SendEmail };
  const { user, headers } = await createAccount({ emailVerified: false });
  await json("/api/me/verify-email", {}, bindings, { ...headers });
  await json("/api/auth/forgot-password", { email: user.email }, bindings);
  await form("/forgot-password", { email: user.email }, bindings);
  expect([sent.mock.calls.length, told.join().split("No mail today").length > 3]).toEqual([3, true]);
  await noteStoredHashes();
  expectNothingLeaked();
  expect(told.join()).not.toContain(user.email);
});

test("the search finds what it looks for", () => {
  secrets.set("a secret", "found-in-a-line");
  told.push("something found-in-a-line");
  expect(expectNothingLeaked).toThrow("a secret");
  told = [createHash("sha256").update("found-in-a-line").digest("hex")];
  expect(expectNothingLeaked).toThrow("a secret");
});
