/** Tests that open pages: every one is watched, and nothing that a browser complains of passes. */
import { execFileSync } from "node:child_process";
import axe, { type AxeResults } from "axe-core";
import { type Browser, type BrowserContext, errors, type Page } from "playwright-core";
import { afterAll, test as base, beforeAll, expect, inject, vi } from "vitest";
import { startChromium } from "./chromium.ts";

export const origin = inject("origin");
const checkout = inject("checkout");

export const PASSWORD = "correct-horse-battery-staple";

/** Whose page it is to be, and in which browser. */
export interface Opening {
  /** A stranger without it; `user` is an account of this page's own, `admin` is Ada. */
  readonly as?: "stranger" | "user" | "admin";
  /** Whether the browser runs scripts; it does without this. */
  readonly javaScript?: boolean;
  /** Pixels; 1280 without it. */
  readonly width?: number;
  /** A page in the same browser, signed in as that one is. */
  readonly beside?: Page;
}

let chromium: Browser;
beforeAll(async () => {
  chromium = await startChromium();
});
afterAll(() => chromium.close());

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

async function openContext({ as = "stranger", javaScript = true, width = 1280 }: Opening): Promise<BrowserContext> {
  const context = await chromium.newContext({
    baseURL: origin,
    javaScriptEnabled: javaScript,
    extraHTTPHeaders: addressHeader(),
    reducedMotion: "reduce",
    viewport: { width, height: 800 },
  });
  context.setDefaultTimeout(15_000);
  if (as !== "stranger") await signIn(context, as);
  return context;
}

/** Ada's cookies: signed in to once, since the app lets nobody try often. */
let adas: Awaited<ReturnType<BrowserContext["cookies"]>> = [];

async function signIn(context: BrowserContext, as: "user" | "admin"): Promise<void> {
  if (as === "user" || adas.length === 0) await submitForm(context, as);
  else await context.addCookies(adas);
  if (as === "admin") adas = await context.cookies();
}

/** As the forms do, without their pages. */
async function submitForm({ request }: BrowserContext, as: "user" | "admin"): Promise<void> {
  const account = { name: "Grace", email: `${crypto.randomUUID()}@example.com`, password: PASSWORD };
  const [path, form] =
    as === "admin" ? ["/login", { email: "ada@example.com", password: PASSWORD }] : ["/register", account];
  // A flash would stand on the first page of every test: the page that this leads to takes it.
  const response = await request.post(path, {
    form,
    headers: { "Sec-Fetch-Site": "same-origin", Accept: "text/html" },
  });
  if (!response.ok()) throw new Error(`${path} answers ${response.status()}: ${await response.text()}`);
}

/** What answers an address that was asked for may be an error, for the test to see; all else is to be there. */
const ASKED = ["document", "xhr", "fetch"];

function watch(context: BrowserContext, complaints: string[]): void {
  context.on("console", (message) => {
    // Of these, the responses tell more.
    if (message.text().startsWith("Failed to load resource")) return;
    if (["error", "warning"].includes(message.type())) complaints.push(`console: ${message.text()}`);
  });
  context.on("weberror", (error) => complaints.push(`error: ${error.error()}`));
  context.on("request", (request) => {
    if (new URL(request.url()).origin !== origin) complaints.push(`request to another origin: ${request.url()}`);
  });
  context.on("response", (response) => {
    const isAsked = ASKED.includes(response.request().resourceType());
    if (response.status() >= (isAsked ? 500 : 400)) complaints.push(`${response.status()}: ${response.url()}`);
  });
}

/** Makes an account with a confirmed address, by the API. */
export async function makeAccount(name: string = crypto.randomUUID()): Promise<{ name: string; email: string }> {
  const email = `${crypto.randomUUID()}@example.com`;
  const headers = { "Content-Type": "application/json", ...addressHeader() };
  const post = (path: string, body: object) =>
    fetch(`${origin}/api/auth/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  expect((await post("register", { name, email, password: PASSWORD })).status).toBe(201);
  const token = await vi.waitFor(async () => {
    const { items } = (await (await fetch(`${origin}/outbox`)).json()) as { items: { to: string; text: string }[] };
    const mail = items.find(({ to }) => to === email);
    return /token=([\w-]+)/.exec(mail?.text ?? "")?.[1] ?? Promise.reject(new Error(`No mail to ${email}`));
  });
  expect((await post("verify-email", { token, password: PASSWORD })).status).toBe(200);
  return { name, email };
}

/** Makes every sign-in so far an old one, as if more than ten minutes had passed. */
export function ageSignIns(): void {
  const command = "UPDATE sessions SET authenticated_at = 0";
  const bin = `${checkout}/node_modules/wrangler/bin/wrangler.js`;
  execFileSync(process.execPath, [bin, "d1", "execute", "DB", "--local", "--command", command], {
    cwd: checkout,
    env: { ...process.env, CI: "true", WRANGLER_SEND_METRICS: "false" },
    stdio: "ignore",
  });
}

/** Nothing that axe rates serious or critical, in either scheme. Needs a page that runs scripts. */
export async function expectAccessible(page: Page): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
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

/** Waits until a page shows this. @throws Where it does not, in time. */
export async function expectShown(page: Page, text: string | RegExp): Promise<void> {
  await page
    .getByText(text)
    .first()
    .waitFor()
    .catch((error) => {
      if (error instanceof errors.TimeoutError) throw new Error(`${page.url()} does not show ${text}`);
      throw error;
    });
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
