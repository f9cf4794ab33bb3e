/** Tests that open pages: every one is watched, and nothing that a browser complains of passes. */
import axe, { type AxeResults } from "axe-core";
import { type Browser, type BrowserContext, errors, type Page } from "playwright-core";
import { afterAll, test as base, beforeAll, expect, inject, vi } from "vitest";
import type { Api } from "../../src/app.ts";
import { hashPassword } from "../../src/identity/passwords/password-hash.ts";
import { startCookieSession } from "../../src/identity/sessions/sessions.ts";
import { createDeviceId } from "../../src/identity/tokens/device-token.ts";
import { createUser, findCredentials } from "../../src/identity/users/users.ts";
import { client } from "../../src/web/contract/client.ts";
import type { Client } from "../../src/web/contract/client-types.ts";
import { DEMO_ACCOUNTS, DEMO_PASSWORD } from "../../src/web/pages/demo-data.ts";
import { openLocalDatabase } from "../integration/local-database.ts";
import { startChromium } from "./chromium.ts";

export const origin = inject("origin");
const checkout = inject("checkout");

/** Of every account. */
export const PASSWORD = DEMO_PASSWORD;
const PASSWORD_HASH = hashPassword(PASSWORD);

/** The demonstration account with that role. */
export const ADMIN = DEMO_ACCOUNTS[0];

/** The user of a page, and its browser. */
export interface Opening {
  /** A stranger without it; `user` is an account of this page's own, `admin` is the demonstration account. */
  readonly as?: "stranger" | "user" | "admin";
  /** Whether the browser runs scripts; it does without this. */
  readonly javaScript?: boolean;
  /** Pixels; 1280 without it. */
  readonly width?: number;
  /** The reader's language and time zone. */
  readonly locale?: string;
  readonly timezoneId?: string;
  /** Whether Back may show a page that the browser has kept. */
  readonly hasBackForwardCache?: boolean;
  /** A page in the same browser, signed in as that one is. */
  readonly beside?: Page;
  /** A page whose account signs in once more, in another browser. */
  readonly again?: Page;
}

let chromium: Browser;
/** With a back/forward cache, for the tests that ask for it. */
let caching: Browser | undefined;
beforeAll(async () => {
  chromium = await startChromium();
});
afterAll(() => Promise.all([chromium.close(), caching?.close()]));

async function startCaching(): Promise<Browser> {
  caching ??= await startChromium({ hasBackForwardCache: true });
  return caching;
}

export const test = base.extend<{ open: (opening?: Opening) => Promise<Page> }>({
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads from the pattern which fixtures are needed.
  open: async ({}, use) => {
    const contexts = new Set<BrowserContext>();
    const complaints: string[] = [];
    await use(async (opening = {}) => {
      const context = opening.beside?.context() ?? (await openContext(opening));
      if (!contexts.has(context)) watch(context, complaints);
      contexts.add(context);
      return context.newPage();
    });
    for (const context of contexts) await context.close();
    expect(complaints).toEqual([]);
  },
});

let addresses = 0;

/** The limits count by client address, which the local runtime takes from this header: each browser has its own. */
function addressHeader(): Readonly<Record<string, string>> {
  addresses += 1;
  return { "CF-Connecting-IP": `10.${process.pid & 255}.${addresses >> 8}.${addresses & 255}` };
}

async function openContext({
  as = "stranger",
  javaScript = true,
  width = 1280,
  again,
  hasBackForwardCache = false,
  ...reader
}: Opening): Promise<BrowserContext> {
  const browser = hasBackForwardCache ? await startCaching() : chromium;
  const context = await browser.newContext({
    ...reader,
    baseURL: origin,
    javaScriptEnabled: javaScript,
    extraHTTPHeaders: addressHeader(),
    reducedMotion: "reduce",
    viewport: { width, height: 800 },
  });
  context.setDefaultTimeout(15_000);
  if (again) await startSession(context, emails.get(again.context()) ?? "");
  else if (as === "admin") await startSession(context, ADMIN.email);
  else if (as === "user") await startSession(context, (await makeAccount("Grace", { emailVerified: false })).email);
  return context;
}

/** Whose each browser is. */
const emails = new WeakMap<BrowserContext, string>();

/**
 * Signs an account in. The API and the form for it belong to a feature, as those for registering do, and every feature
 * can be removed; hence accounts and their sessions are made in the database. @returns The value of the cookie.
 */
export async function sessionOf(email: string): Promise<string> {
  const db = openLocalDatabase(checkout);
  const user = await findCredentials(db, { email });
  const started = user && (await startCookieSession(db, { user, device: "test", deviceId: createDeviceId() }));
  if (!started) throw new Error(`${email} has no account`);
  return started.secret;
}

async function startSession(context: BrowserContext, email: string): Promise<void> {
  emails.set(context, email);
  const value = await sessionOf(email);
  await context.addCookies([{ name: "session", value, url: origin, httpOnly: true, sameSite: "Lax" }]);
}

/** The types of requests whose response may be a 4xx, which the test can check. All other resources must load. */
const ASKED = ["document", "xhr", "fetch"];

/** The headers of a response that a test stages: it may be an error. */
export const STAGED = { "X-Staged": "yes" };

function watch(context: BrowserContext, complaints: string[]): void {
  context.on("console", (message) => {
    // Of these, the responses tell more.
    if (/^(Failed to load resource|htmx:(sendError|afterRequest),)/.test(message.text())) return;
    if (["error", "warning"].includes(message.type())) complaints.push(`console: ${message.text()}`);
  });
  context.on("weberror", (error) => complaints.push(`error: ${error.error()}`));
  context.on("request", (request) => {
    if (new URL(request.url()).origin !== origin) complaints.push(`request to another origin: ${request.url()}`);
  });
  context.on("response", (response) => {
    if ("x-staged" in response.headers()) return;
    const isAsked = ASKED.includes(response.request().resourceType());
    if (response.status() >= (isAsked ? 500 : 400)) complaints.push(`${response.status()}: ${response.url()}`);
  });
}

/** A client of the API for the set-up of tests. Its requests have the cookies and the client address of that page. */
export function apiOf(page: Page): Client<Api> {
  return client<Api>(origin, {
    headers: { "Sec-Fetch-Site": "same-origin" },
    fetch: async (url, { method = "GET", headers, body }) => {
      if (body && typeof body !== "string") throw new TypeError("Only JSON and text can be sent from a page.");
      const response = await page.request.fetch(url, {
        method,
        headers: Object.fromEntries(new Headers(headers)),
        maxRedirects: 0,
        ...(body && { data: body }),
      });
      const bytes = new Uint8Array(await response.body());
      return new Response(bytes.byteLength === 0 ? null : bytes, {
        status: response.status(),
        // One entry for each cookie; `headers()` would join them with line breaks.
        headers: response.headersArray().map(({ name, value }): [string, string] => [name, value]),
      });
    },
  });
}

/** Opens the menu of the account, in which the theme and signing out are. */
export async function openAccountMenu(page: Page): Promise<void> {
  await page.getByRole("button", { name: /^Account: / }).click();
}

/** Ends every session of a user, as another browser can. @param of The page or the address of the user. */
export async function endSessions(of: Page | string): Promise<void> {
  const email = typeof of === "string" ? of : (emails.get(of.context()) ?? "");
  await openLocalDatabase(checkout)
    .prepare("DELETE FROM sessions WHERE user_id = (SELECT id FROM users WHERE email = ?)")
    .bind(email)
    .run();
}

/** Makes an account; see `sessionOf`. */
export async function makeAccount(
  name: string = crypto.randomUUID(),
  { emailVerified = true } = {},
): Promise<{ readonly name: string; readonly email: string }> {
  const email = `${crypto.randomUUID()}@example.com`;
  const db = openLocalDatabase(checkout);
  const user = await createUser(db, { email, name, passwordHash: PASSWORD_HASH });
  if (emailVerified) await db.prepare("UPDATE users SET email_verified = 1 WHERE id = ?").bind(user?.id).run();
  return { name, email };
}

/** Makes every sign-in so far an old one, as if more than ten minutes had passed. */
export async function ageSignIns(): Promise<void> {
  await openLocalDatabase(checkout).prepare("UPDATE sessions SET authenticated_at = 0").run();
}

/** Nothing that axe rates serious or critical, in either scheme. Needs a page that runs scripts. */
export async function expectAccessible(page: Page): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    // Chromium may keep inherited colours of the other scheme until the styles of all elements are computed anew.
    await page.evaluate(`(() => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync("* { --scheme: ${colorScheme} }");
      document.adoptedStyleSheets = [sheet];
    })()`);
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate<AxeResults>("axe.run()");
    const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
    const found = grave.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => ({ id, target, failureSummary })),
    );
    expect(found, `${page.url()}, ${colorScheme}`).toEqual([]);
  }
}

/** No wider than the window. */
export async function expectToFit(page: Page): Promise<void> {
  const width = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
  expect(width, `${page.url()} is wider than the window`).toBeLessThanOrEqual(0);
}

/** Waits until a page shows this text and its scripts have run. @throws If that takes too long. */
export async function expectShown(page: Page, text: string | RegExp): Promise<void> {
  await page
    .getByText(text)
    .first()
    .waitFor()
    .catch((error) => {
      if (error instanceof errors.TimeoutError) throw new Error(`${page.url()} does not show ${text}`);
      throw error;
    });
  // After a link or a form, the text may belong to a new page, whose scripts have yet to run.
  await page.waitForLoadState();
}

/** Waits until this is true in the page. The policy lets no page evaluate it itself, so it is asked from outside. */
export async function expectSoon(page: Page, expression: string): Promise<void> {
  await vi.waitFor(
    async () => {
      const value = await page.evaluate<unknown>(expression);
      if (value !== true) throw new Error(`${page.url()}: ${expression} is ${value}`);
    },
    { timeout: 15_000, interval: 50 },
  );
}
