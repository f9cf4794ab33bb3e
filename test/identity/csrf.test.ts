/** Cross-site requests, over every route of the table that a cookie can reach and that changes state. */
import { env } from "cloudflare:test";
import { describe, expect, test, vi } from "vitest";
import { app, facts } from "../../src/app.ts";
import type { Env } from "../../src/env.ts";
import { listSessions } from "../../src/identity/sessions/session-list.ts";
import { describePolicy } from "../../src/web/app/policy.ts";
import { type Account, type Browser, createAccount, createKey, openBrowser, PASSWORD, send } from "../harness.ts";

// Many requests or hashes a test: on a slow machine they take their time.
vi.setConfig({ testTimeout: 60_000 });

const OWN = "http://localhost";

const routes = describePolicy(app.handlers)
  .filter(({ method }) => !["GET", "HEAD", "OPTIONS"].includes(method))
  .map((route) => ({ ...route, label: `${route.method} ${route.path}`, names: route.guards.map(({ name }) => name) }))
  .filter(({ names }) => names.includes("requireAuth") || names.includes("loadSession"));

/** What each takes, so that it would change something. A route that is missing here gets an empty object. */
const BODIES: Readonly<Record<string, Record<string, unknown>>> = {
  "PATCH /api/me": { name: "Changed" },
  "POST /api/me/password": { currentPassword: PASSWORD, newPassword: "another password for tests" },
  "POST /api/me/confirm-password": { password: PASSWORD },
  "POST /api/me/keys": { name: "key", permissions: facts.permissions.slice(0, 1) },
  "PATCH /api/admin/users/:id": { role: "admin" },
  "POST /api/notes": { title: "Made" },
  "PATCH /api/notes/:id": { title: "Changed" },
  "POST /notes": { title: "Made" },
  "POST /notes/:id": { title: "Changed", version: 1 },
  "POST /chat/:room": { id: "01900000-0000-7000-8000-000000000001", text: "Said" },
  "POST /account": { name: "Changed" },
  "POST /account/password": { currentPassword: PASSWORD, newPassword: "another password for tests" },
  "POST /account/confirm-password": { currentPassword: PASSWORD, continue: "/account" },
  "POST /account/keys": { name: "key", ...Object.fromEntries(facts.permissions.map((name) => [name, "on"])) },
  "POST /account/keys/:id/delete": { confirmed: "yes" },
  "POST /admin/users/:id/role": { role: "admin", confirmed: "yes" },
  "POST /admin/users/:id/delete": { confirmed: "yes" },
  "POST /login": { email: "nobody@example.com", password: PASSWORD },
  "POST /register": { email: "nobody@example.com", name: "Nobody", password: PASSWORD },
  "POST /forgot-password": { email: "nobody@example.com" },
  "POST /reset-password": { token: "x", password: PASSWORD },
  "POST /verify-email": { token: "x" },
};

/** Where a request may come from that no page of ours has sent. */
const FOREIGN: Record<string, string>[] = [
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

const OURS: Record<string, string>[] = [
  { "Sec-Fetch-Site": "same-origin" },
  { "Sec-Fetch-Site": "none" },
  { Origin: OWN },
  { Referer: `${OWN}/` },
];

/** The types that a page may send anywhere without asking first, and what the route reads. */
const TYPES = [undefined, "text/plain", "multipart/form-data; boundary=x", "the route's own"];

const bindings: Partial<Env> = { API_RATE_LIMIT: 100_000, SIGN_IN_RATE_LIMIT: 100_000, ACCOUNT_RATE_LIMIT: 100_000 };

interface Target {
  readonly route: (typeof routes)[number];
  readonly path: string;
  readonly browser: Browser;
}

const isForm = ({ names }: Target["route"]) => names.includes("requireForm");

/** The routes that take forms with files. */
const UPLOADS = ["POST /api/files", "POST /files"];

/** The fields and a file behind them. */
function uploadOf(form: URLSearchParams): string {
  const part = (parameters: string, content: string) =>
    `--x\r\nContent-Disposition: form-data; ${parameters}\r\n\r\n${content}\r\n`;
  const fields = [...form].map(([name, value]) => part(`name="${name}"`, value));
  return `${fields.join("")}${part('name="f"; filename="f.txt"', "file")}--x--\r\n`;
}

function bodyOf(route: Target["route"], form: URLSearchParams): { readonly ownType: string; readonly text: string } {
  if (UPLOADS.includes(route.label)) return { ownType: "multipart/form-data; boundary=x", text: uploadOf(form) };
  if (isForm(route)) return { ownType: "application/x-www-form-urlencoded", text: form.toString() };
  return { ownType: "application/json", text: JSON.stringify(BODIES[route.label] ?? {}) };
}

function attack(
  { route, path, browser }: Target,
  from: Record<string, string>,
  type = "the route's own",
  csrf = browser.csrf,
) {
  const values = BODIES[route.label] ?? {};
  const form = new URLSearchParams(Object.entries(values).map(([name, value]) => [name, String(value)]));
  if (csrf !== "(missing)") form.set("csrf", csrf);
  const { ownType, text } = bodyOf(route, form);
  const headers = { Cookie: browser.headers.Cookie, ...from };
  const typed = type === "" ? headers : { ...headers, "Content-Type": type === "the route's own" ? ownType : type };
  return send(path, { method: route.method, headers: typed, body: new TextEncoder().encode(text) }, bindings);
}

/** What a user has besides, by the part of the path that names it. */
const OWNED: Readonly<Record<string, (account: Account) => Promise<string>>> = {
  "/sessions/": async ({ user }) => (await listSessions(env.DB, user.id, { limit: 100 })).at(-1)?.id ?? "",
  "/account/keys/": async ({ user }) => (await createKey({ user }, [])).id,
};

/** An administrator with a browser, and something for the path to name: what its collection makes, else a user. */
async function aim(route: Target["route"]): Promise<Target> {
  const admin = await createAccount({ role: "admin", emailVerified: false });
  const browser = await openBrowser(admin);
  if (!route.path.includes(":id")) return { route, path: route.path.replace(":room", "lobby"), browser };
  const own = Object.entries(OWNED).find(([part]) => route.path.includes(part))?.[1];
  if (own) return { route, path: route.path.replace(":id", await own(admin)), browser };
  const path = `/api${route.path.replace(/^\/api/, "").replace(/\/:id.*/, "")}`;
  const collection = routes.find(({ label }) => label === `POST ${path}`);
  const made = collection && (await attack({ route: collection, path, browser }, { Origin: OWN }));
  const id = made ? await idOf(made) : (await createAccount()).user.id;
  return { route, path: route.path.replace(":id", id), browser };
}

/** Of the thing that was made. */
async function idOf(made: Response): Promise<string> {
  const { files, id } = await made.json<{ files?: { id: string }[]; id?: string }>();
  return id ?? files?.[0]?.id ?? "";
}

/** Everything that a request could change. */
async function databaseNow(): Promise<string> {
  const tables = ["users", "sessions", "api_keys", "email_tokens", "outbox", "idempotency_keys"];
  const others = await env.DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'",
  ).all<{ name: string }>();
  const names = others.results.map(({ name }) => name).filter((name) => !/^(sqlite|d1)_/.test(name));
  expect(names).toEqual(expect.arrayContaining(tables));
  const rows = await env.DB.batch(names.map((name) => env.DB.prepare(`SELECT * FROM ${name}`)));
  return JSON.stringify(rows.map(({ results }) => results));
}

test("there are such routes, with the guards in an order that refuses before anything is read", () => {
  expect(routes.length).toBeGreaterThan(5);
  for (const { label, guards } of routes) {
    expect([label, guards.find(({ name }) => name === "requireCsrf")?.phase]).toEqual([label, "head"]);
  }
});

describe.each(routes)("$label", (route) => {
  test("refuses whatever another site can send, and nothing has changed then", async () => {
    const target = await aim(route);
    const before = await databaseNow();
    for (const from of FOREIGN) {
      for (const type of TYPES) {
        const response = await attack(target, from, type ?? "");
        expect([from, type, response.status]).toEqual([from, type, 403]);
      }
    }
    expect(await databaseNow()).toBe(before);
  });

  test.each(OURS)("is open to our own pages: %j", async (from) => {
    const response = await attack(await aim(route), from);
    const isRefused = ["POST /login", "POST /reset-password"].includes(route.label);
    // What these are sent is wrong; that they say so shows that the request got through.
    if (isRefused) expect([401, 422]).toContain(response.status);
    else if (route.label === "POST /register") expect([303, 409]).toContain(response.status);
    else if (route.label === "POST /account/confirm-password") expect(response.status).toBe(307);
    else expect([200, 201, 202, 204, 303]).toContain(response.status);
  });
});

describe.each(routes.filter(({ names }) => names.includes("requireCsrfToken")))("the form of $label", (route) => {
  test("is refused with a token that is missing, empty, wrong or of another session, and nothing has changed then", async () => {
    const target = await aim(route);
    const other = await openBrowser(await createAccount());
    const before = await databaseNow();
    for (const csrf of ["(missing)", "", "x".repeat(43), `${target.browser.csrf} `, other.csrf]) {
      expect([csrf, (await attack(target, { Origin: OWN }, undefined, csrf)).status]).toEqual([csrf, 403]);
    }
    expect(await databaseNow()).toBe(before);
  });
});

test("every form of who is signed in carries the session's token", () => {
  const forms = routes
    .filter(({ names }) => names.includes("requireForm") || names.includes("requireMultipart"))
    .filter(({ names }) => names.includes("requireAuth"));
  expect(forms.filter(({ names }) => !names.includes("requireCsrfToken"))).toEqual([]);
});

test("a token or a key needs no provenance, from wherever it is sent, with the cookie beside it", async () => {
  const account = await createAccount();
  const { Cookie } = (await openBrowser(account)).headers;
  const body = JSON.stringify({ name: "Changed" });
  for (const from of FOREIGN) {
    const headers = { ...account.headers, Cookie, ...from, "Content-Type": "application/json" };
    expect((await send("/api/me", { method: "PATCH", headers, body }, bindings)).status).toBe(200);
  }
  const { key } = await createKey(account, [...facts.permissions]);
  for (const route of routes.filter(({ names }) => names.includes("requirePermission"))) {
    for (const from of FOREIGN) {
      const headers = { "X-API-Key": key, Cookie, ...from, "Content-Type": "application/json" };
      const path = route.path.replace(":id", crypto.randomUUID());
      const response = await send(path, { method: route.method, headers, body: "{}" }, bindings);
      expect([route.label, response.status]).toEqual([route.label, path === route.path ? 400 : 404]);
    }
  }
});
