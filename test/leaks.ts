/** Looks for secrets in the log and in what errors say, while a test drives every flow that handles one. */
import { env } from "cloudflare:test";
import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Env } from "../src/env.ts";
import { databaseWith } from "./databases.ts";
import { type Account, createAccount, PRODUCTION, send, sendJson } from "./harness.ts";

export const ENVIRONMENTS: Partial<Env>[] = [{ ENVIRONMENT: "development" }, PRODUCTION];
const CHANNELS = ["log", "info", "warn", "error", "debug"] as const;

/** Everything that was written to the console, and every error that a client was told. */
export let told: string[] = [];
/** By what they are, so that a failure says which one leaked and not what it is. */
export let secrets = new Map<string, string>();

const TOKEN_KEY: string = JSON.parse(env.TOKEN_KEYS).keys[0].k;

/** For the tests of a file: collects what is written to the console. */
export function collectTold(): void {
  beforeEach(() => {
    told = [];
    secrets = new Map([["a key of TOKEN_KEYS", TOKEN_KEY]]);
    for (const channel of CHANNELS) {
      const collect = (...parts: unknown[]) => void told.push(parts.map(String).join(" "));
      vi.spyOn(console, channel).mockImplementation(collect);
    }
  });
  afterEach(() => vi.restoreAllMocks());
}

/** A form that is shown again holds its own hidden fields: that is where they belong. */
const withoutHidden = (html: string) => html.replaceAll(/<input type="hidden"[^>]*>/g, "");

/** Notes what a response says if it is an error. @returns It again, unread. */
export async function listen(response: Promise<Response>): Promise<Response> {
  const received = await response;
  if (received.status < 400) return received;
  const body = await received.clone().text();
  told.push(withoutHidden(body), JSON.stringify([...received.headers].filter(([name]) => name !== "set-cookie")));
  return received;
}

export function json(
  path: string,
  body: unknown,
  bindings: Partial<Env>,
  headers: Record<string, string> = {},
  method = "POST",
) {
  return listen(sendJson(method, path, body, headers, bindings));
}

export function form(path: string, fields: Record<string, string>, bindings: Partial<Env>, Cookie = "") {
  const headers = { "Sec-Fetch-Site": "same-origin", Accept: "text/html", Cookie };
  return listen(send(path, { method: "POST", headers, body: new URLSearchParams(fields) }, bindings));
}

export async function mailedToken(recipient: string): Promise<string> {
  const mail = await env.DB.prepare("SELECT text FROM outbox WHERE recipient = ? ORDER BY id DESC LIMIT 1")
    .bind(recipient)
    .first<string>("text");
  return /token=([\w-]+)/.exec(mail ?? "")?.[1] ?? "";
}

/** What the database keeps in the place of secrets. */
export async function noteStoredHashes(): Promise<void> {
  const columns = ["users.password_hash", "sessions.secret_hash", "sessions.refresh_hash", "sessions.previous_hash"];
  for (const column of [...columns, "api_keys.key_hash", "email_tokens.token_hash"]) {
    const [table, name] = column.split(".");
    const { results } = await env.DB.prepare(`SELECT ${name} AS hash FROM ${table}`).all<{ hash: string | null }>();
    for (const [index, { hash }] of results.entries()) if (hash) secrets.set(`${column} ${index}`, hash);
  }
}

export function expectNothingLeaked(): void {
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

export const LIMITS = { API_RATE_LIMIT: 100_000, SIGN_IN_RATE_LIMIT: 100_000, ACCOUNT_RATE_LIMIT: 100_000 };

/** A database that fails at whatever begins so. What it throws says nothing of what it was asked. */
function failingAt(statement: RegExp): D1Database {
  return databaseWith({
    prepare: (sql) => {
      if (statement.test(sql.trim())) throw new Error("The database is away", { cause: new Error("It is raining") });
      return env.DB.prepare(sql);
    },
  });
}

const databases: [what: string, DB: D1Database][] = [
  ["works", env.DB],
  ["can't be written", failingAt(/^(INSERT|UPDATE|DELETE)/)],
  ["can't be read", failingAt(/^SELECT/)],
];

/** Declares the tests of flows: nothing that is secret is logged or told, whatever works and whatever fails. */
export function testLeaks(drive: (bindings: Partial<Env>) => Promise<void>, leastTold: number): void {
  describe.each(ENVIRONMENTS)("in $ENVIRONMENT", (variables) => {
    test.each(databases)(
      "with a database that %s, nothing that is secret is logged or told",
      { timeout: 30_000 },
      async (_, DB) => {
        await drive({ ...LIMITS, ...variables, DB });
        expect(told.length).toBeGreaterThan(leastTold);
        expectNothingLeaked();
      },
    );

    test("a limit that can't be asked tells nothing of whom it would have counted", async () => {
      const RATE_LIMITER = {
        idFromName: (name: string) => name,
        get: () => ({ take: () => Promise.reject(new Error("away")) }),
      } as unknown as Env["RATE_LIMITER"];
      await drive({ ...LIMITS, ...variables, RATE_LIMITER });
      expectNothingLeaked();
    });
  });
}

/** Declares the test of a mailer that fails. @param ask Causes so many mails to a new account. */
export function testLostMails(mails: number, ask: (bindings: Partial<Env>, account: Account) => Promise<void>): void {
  test("a mailer that fails says nothing of the mail that it did not send", async () => {
    const sent = vi.fn(({ text }: { text: string }) => {
      secrets.set(`a mailed token ${secrets.size}`, /token=([\w-]+)/.exec(text)?.[1] ?? "");
      return Promise.reject(new Error("No mail today"));
    });
    const EMAIL = { send: sent } as unknown as SendEmail;
    const bindings = { ...LIMITS, ...PRODUCTION, MAIL_PROVIDER: "cloudflare", EMAIL };
    const account = await createAccount({ emailVerified: false });
    await ask(bindings, account);
    expect([sent.mock.calls.length, told.join().split("No mail today").length > mails]).toEqual([mails, true]);
    await noteStoredHashes();
    expectNothingLeaked();
    expect(told.join()).not.toContain(account.user.email);
  });
}
