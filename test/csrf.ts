/** Cross-site requests: where they come from, what they carry, and the tests of routes that change state. */
import { env } from "cloudflare:test";
import { describe, expect, test, vi } from "vitest";
import type { Env } from "../src/env.ts";
import type { Feature } from "../src/web/app/feature.ts";
import { isSafeMethod } from "../src/web/request/safe-method.ts";
import { type Account, type Browser, createAccount, openBrowser, send } from "./harness.ts";
import { listRequests, type PolicyRequest } from "./policy/list-requests.ts";
import { SESSION_GUARDS } from "./policy/rules.ts";

export const OWN = "http://localhost";

/** Where a request may come from that no page of ours has sent. */
export const FOREIGN: Record<string, string>[] = [
  {},
  { "Sec-Fetch-Site": "cross-site" },
  { "Sec-Fetch-Site": "same-site" },
  { "Sec-Fetch-Site": "garbage" },
  { "Sec-Fetch-Site": "" },
  { "Sec-Fetch-Site": "cross-site", Origin: OWN },
  { Origin: "null" },
  { Origin: "https://evil.example" },
  { Origin: `${OWN}:8787` },
  { Origin: OWN.replace("http", "https") },
  { Origin: `${OWN}.evil.example` },
  { Origin: "null", Referer: `${OWN}/` },
  { Referer: "https://evil.example/" },
  { Referer: "not an address" },
];

export const OURS: Record<string, string>[] = [
  { "Sec-Fetch-Site": "same-origin" },
  { "Sec-Fetch-Site": "none" },
  { Origin: OWN },
  { Referer: `${OWN}/` },
];

/** The types that a page may send anywhere without asking first, and what the route reads. */
const TYPES = ["", "text/plain", "multipart/form-data; boundary=x", "the route's own"];

export const UNLIMITED: Partial<Env> = {
  API_RATE_LIMIT: 100_000,
  SIGN_IN_RATE_LIMIT: 100_000,
  ACCOUNT_RATE_LIMIT: 100_000,
};

/** Of these routes, those that change state and that a cookie can reach. */
export function routesWithCookie(handlers: Parameters<typeof listRequests>[0]) {
  const changing = listRequests(handlers).filter(({ method }) => !isSafeMethod(method));
  return changing
    .map((route) => ({ ...route, label: `${route.method} ${route.path}`, names: namesOf(route) }))
    .filter(({ names }) => [...SESSION_GUARDS, "loadSession"].some((name) => names.includes(name)));
}

const namesOf = ({ guards }: PolicyRequest) => guards.map(({ name }) => name);

export type CookieRoute = ReturnType<typeof routesWithCookie>[number];

/** How a request to a route succeeds. */
export interface CsrfCase {
  /** Whether its body is a form with a file. */
  readonly isUpload?: boolean;
  /** Fields of its form or of its JSON body. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** Makes what the path names. @returns The value of its parameter. */
  readonly make?: (account: Account) => Promise<string>;
  /** The statuses of success; each of 200, 201, 202, 204 and 303 without them. */
  readonly statuses?: readonly number[];
}

interface Target {
  readonly route: CookieRoute;
  readonly fields: NonNullable<CsrfCase["fields"]>;
  readonly isUpload: boolean;
  readonly path: string;
  readonly browser: Browser;
}

/** An administrator with a browser, and something for the path to name. */
async function aim(route: CookieRoute, { fields = {}, make, isUpload = false }: CsrfCase): Promise<Target> {
  const account = await createAccount({ role: "admin", emailVerified: false });
  const value = make ? await make(account) : "x";
  return { route, fields, isUpload, path: route.path.replace(/:\w+/, value), browser: await openBrowser(account) };
}

/** The fields and a file behind them. */
function uploadOf(form: URLSearchParams): string {
  const part = (parameters: string, content: string) =>
    `--x\r\nContent-Disposition: form-data; ${parameters}\r\n\r\n${content}\r\n`;
  const fields = [...form].map(([name, value]) => part(`name="${name}"`, value));
  return `${fields.join("")}${part('name="f"; filename="f.txt"', "file")}--x--\r\n`;
}

function bodyOf(
  { route: { names }, fields, isUpload }: Target,
  form: URLSearchParams,
): { ownType: string; text: string } {
  if (isUpload) return { ownType: "multipart/form-data; boundary=x", text: uploadOf(form) };
  if (names.includes("requireForm")) return { ownType: "application/x-www-form-urlencoded", text: form.toString() };
  return { ownType: "application/json", text: JSON.stringify(fields) };
}

function attack(
  target: Target,
  from: Record<string, string>,
  type = "the route's own",
  csrf: string | null = target.browser.csrf,
): Promise<Response> {
  const form = new URLSearchParams(csrf === null ? {} : { csrf });
  for (const [name, value] of Object.entries(target.fields)) form.set(name, String(value));
  const { ownType, text } = bodyOf(target, form);
  const headers = { Cookie: target.browser.headers.Cookie, ...from };
  const typed = type === "" ? headers : { ...headers, "Content-Type": type === "the route's own" ? ownType : type };
  const init = { method: target.route.method, headers: typed, body: new TextEncoder().encode(text) };
  return send(target.path, init, UNLIMITED);
}

/** Everything that a request could change. */
export async function databaseNow(): Promise<string> {
  const tables = ["users", "sessions", "api_keys", "email_tokens", "outbox", "idempotency_keys"];
  const others = await env.DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'",
  ).all<{ name: string }>();
  const names = others.results.map(({ name }) => name).filter((name) => !/^(sqlite|d1)_/.test(name));
  expect(names).toEqual(expect.arrayContaining(tables));
  const rows = await env.DB.batch(names.map((name) => env.DB.prepare(`SELECT * FROM ${name}`)));
  return JSON.stringify(rows.map(({ results }) => results));
}

/**
 * Declares the tests of a feature's routes: a request that succeeds from our own pages changes nothing from elsewhere.
 *
 * @param cases By route, such as `POST /notes`.
 */
export function testCsrf({ name, routes: handlers }: Feature, cases: Readonly<Record<string, CsrfCase>>): void {
  // Many requests or hashes a test: on a slow machine they take their time.
  vi.setConfig({ testTimeout: 60_000 });
  const routes = routesWithCookie(handlers);

  test("each route that changes state, and that a cookie reaches, has a case", () => {
    const missing = routes.map(({ label }) => label).filter((label) => !(label in cases));
    expect(missing, `Say in test/features/${name}/csrf.test.ts how a request to these routes succeeds`).toEqual([]);
    const labels = routes.map(({ label }) => label);
    expect(Object.keys(cases).filter((label) => !labels.includes(label))).toEqual([]);
  });

  describe.each(routes)("$label", (route) => {
    const known = cases[route.label] ?? {};

    test("refuses whatever another site can send, and nothing has changed then", async () => {
      const target = await aim(route, known);
      const before = await databaseNow();
      for (const from of FOREIGN) {
        for (const type of TYPES) {
          const response = await attack(target, from, type);
          expect([from, type, response.status]).toEqual([from, type, 403]);
        }
      }
      expect(await databaseNow()).toBe(before);
    });

    test.each(OURS)("is open to our own pages: %j", async (from) => {
      const response = await attack(await aim(route, known), from);
      expect(known.statuses ?? [200, 201, 202, 204, 303]).toContain(response.status);
    });
  });

  describe.each(routes.filter(({ names }) => names.includes("requireCsrfToken")))("the form of $label", (route) => {
    test("is refused with a token that is missing, empty, wrong or of another session, and nothing has changed then", async () => {
      const target = await aim(route, cases[route.label] ?? {});
      const other = await openBrowser(await createAccount());
      const before = await databaseNow();
      for (const csrf of [null, "", "x".repeat(43), `${target.browser.csrf} `, other.csrf]) {
        expect([csrf, (await attack(target, { Origin: OWN }, undefined, csrf)).status]).toEqual([csrf, 403]);
      }
      expect(await databaseNow()).toBe(before);
    });
  });
}
