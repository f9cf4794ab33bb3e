/** Cross-site requests, over every route of the table that a cookie can reach and that changes state. */
import { describe, expect, test, vi } from "vitest";
import { databaseNow, FOREIGN, OURS, routesWithCookie, UNLIMITED } from "../csrf.ts";
import { app, createAccount, createKey, facts, openBrowser, send } from "../harness.ts";

// Many requests a test: on a slow machine they take their time.
vi.setConfig({ testTimeout: 60_000 });

const log = vi.spyOn(console, "log").mockImplementation(() => {});

const routes = routesWithCookie(app.handlers);

/** The guards that the last request has passed, and the one that denied it. */
function decision(): { readonly passed: readonly string[]; readonly denied: string | null } {
  return JSON.parse(String(log.mock.lastCall?.[0]));
}

/** Sends an administrator's cookie to a route, with a path that names nothing. */
async function ask({ method, path }: (typeof routes)[number], Cookie: string, from: Record<string, string>) {
  const headers = { Cookie, "Content-Type": "application/json", ...from };
  return send(path.replace(/:\w+/, crypto.randomUUID()), { method, headers, body: "{}" }, UNLIMITED);
}

test("there are such routes, with the guards in an order that refuses before anything is read", () => {
  expect(routes.length).toBeGreaterThan(3);
  for (const { label, guards } of routes) {
    expect([label, guards.find(({ name }) => name === "requireCsrf")?.phase]).toEqual([label, "head"]);
  }
});

describe.each(routes)("$label", (route) => {
  const hint = `${route.label}: requireCsrf has to stand before every guard that looks for what the path names`;

  test("refuses a request from elsewhere by requireCsrf, and nothing has changed then", async () => {
    const { Cookie } = (await openBrowser(await createAccount({ role: "admin" }))).headers;
    const before = await databaseNow();
    for (const from of FOREIGN) {
      const { status } = await ask(route, Cookie, from);
      expect([from, status, decision().denied], hint).toEqual([from, 403, "requireCsrf"]);
    }
    expect(await databaseNow()).toBe(before);
  });

  test.each(OURS)("lets requests of our own pages past requireCsrf: %j", async (from) => {
    const { Cookie } = (await openBrowser(await createAccount({ role: "admin" }))).headers;
    await ask(route, Cookie, from);
    expect(decision().passed, hint).toContain("requireCsrf");
  });
});

test("every form of a signed-in user carries the session's token", () => {
  const forms = routes
    .filter(({ names }) => names.includes("requireForm") || names.includes("requireMultipart"))
    .filter(({ names }) => names.includes("requireAuth"));
  expect(forms.filter(({ names }) => !names.includes("requireCsrfToken"))).toEqual([]);
});

test("a token or a key needs no provenance, from wherever it is sent, with the cookie beside it", async () => {
  const account = await createAccount();
  const { Cookie } = (await openBrowser(account)).headers;
  const body = JSON.stringify({ title: "Made" });
  for (const from of FOREIGN) {
    const headers = { ...account.headers, Cookie, ...from, "Content-Type": "application/json" };
    expect((await send("/api/things", { method: "POST", headers, body }, UNLIMITED)).status).toBe(201);
  }
  const { key } = await createKey(account, [...facts.permissions]);
  for (const route of routes.filter(({ names }) => names.includes("requirePermission"))) {
    for (const from of FOREIGN) {
      await ask(route, Cookie, { ...from, "X-API-Key": key });
      expect([route.label, decision().passed]).toEqual([route.label, expect.arrayContaining(["requireCsrf"])]);
    }
  }
});
