/** Access to the page in both environments, and links to it. */
import { env } from "cloudflare:test";
import { html } from "@remix-run/html-template";
import { expect, test } from "vitest";
import { requireAdminInProduction } from "../../../src/features/policy/guards.ts";
import { commonLimits } from "../../../src/identity/limits.ts";
import { loadPageContext } from "../../../src/identity/page-context.ts";
import { sessionPage } from "../../../src/identity/scope.ts";
import { loadSession } from "../../../src/identity/sessions/page-session.ts";
import { factsOf } from "../../../src/web/app/guard-facts.ts";
import { group } from "../../../src/web/app/scope.ts";
import { htmlResponse } from "../../../src/web/pages/html.ts";
import { layout } from "../../../src/web/pages/layout.ts";
import {
  createAccount,
  createApp,
  createKey,
  openBrowser,
  PERMISSION,
  PRODUCTION,
  send,
  sendTo,
  signInResponse,
} from "../../harness.ts";
import { createReplica } from "../../replica.ts";
import { openPolicy, readRows } from "./policy-page.ts";

const [user, admin] = [await createAccount(), await createAccount({ role: "admin" })];
const keyOf = async (account: typeof user) => ({ "X-API-Key": (await createKey(account, [PERMISSION])).key });

/** The status in development, and the one in production. */
const readers: readonly [name: string, headers: Record<string, string>, development: number, production: number][] = [
  ["a visitor", {}, 200, 401],
  ["a visitor with a browser", { Accept: "text/html" }, 200, signInResponse("/policy?")[0]],
  ["a client with an invalid token", { Authorization: "Bearer x" }, 200, 401],
  ["a user with a browser", (await openBrowser(user)).headers, 200, 403],
  ["a user with a token", user.headers, 200, 403],
  ["a user with an API key", await keyOf(user), 200, 403],
  ["an administrator with a browser", (await openBrowser(admin)).headers, 200, 200],
  ["an administrator with a token", admin.headers, 200, 200],
  ["an administrator with an API key", await keyOf(admin), 200, 403],
];

test.each(readers)("%s", async (_, headers, development, production) => {
  expect((await openPolicy({}, headers)).status, "development").toBe(development);
  const response = await openPolicy({}, headers, PRODUCTION);
  expect(response.status, "production").toBe(production);
  expect((await response.text()).includes("requireAdminInProduction")).toBe(production === 200);
});

test("an administrator who was demoted is refused at once, although the replica still says administrator", async () => {
  const account = await createAccount({ role: "admin" });
  const replica = await createReplica();
  const read = await send("/api/things", { headers: account.headers }, replica);
  await replica.sync();
  const headers = { ...account.headers, "X-D1-Bookmark": read.headers.get("X-D1-Bookmark") ?? "" };
  const bindings = { ...PRODUCTION, ...replica };
  expect((await openPolicy({}, headers, bindings)).status).toBe(200);
  await env.DB.prepare("UPDATE users SET role = 'user' WHERE id = ?").bind(account.user.id).run();
  const before = replica.reads();
  expect((await send("/api/things", { headers }, bindings)).status).toBe(200);
  expect(replica.reads(), "the bookmark leads to the replica").toBeGreaterThan(before);
  expect((await openPolicy({}, headers, bindings)).status).toBe(403);
});

test("the guard states each status that it denies with", () => {
  const denied = readers.map(([, , , status]) => status).filter((status) => status !== 200);
  expect(factsOf(requireAdminInProduction)?.denies).toEqual(expect.arrayContaining(denied));
});

test("the page sends the visitor to sign in, and back", async () => {
  const response = await send("/policy?role=user", { headers: { Accept: "text/html" } }, PRODUCTION);
  expect([response.status, response.headers.get("Location")]).toEqual(signInResponse("/policy?role=user"));
});

test.each(["POST", "PUT", "DELETE"])("%s is 405", async (method) => {
  expect((await send("/policy", { method })).status).toBe(405);
});

test("HEAD responds like GET, without the page", async () => {
  const response = await send("/policy", { method: "HEAD" });
  expect([response.status, await response.text()]).toEqual([200, ""]);
});

const LINK = 'href="/policy#GET/things"';

test.each([
  ["a user, in development", user, {}, true],
  ["an administrator, in development", admin, {}, true],
  ["a user, in production", user, PRODUCTION, false],
  ["an administrator, in production", admin, PRODUCTION, true],
])("a page links to its own row: %s", async (_, account, bindings, isLinked) => {
  const { headers } = await openBrowser(account);
  const page = await (await send("/things", { headers }, bindings)).text();
  expect(page.includes(LINK)).toBe(isLinked);
  expect(page.includes("/policy")).toBe(isLinked);
});

test("the row that a page links to exists", async () => {
  expect((await readRows()).map(({ id }) => id)).toContain("GET/things");
});

test("an app without the feature has no link to it", async () => {
  const other = createApp([
    group({
      guards: [...commonLimits, loadSession],
      handlers: [
        sessionPage.route.get("/", {
          resolve: async (c) => htmlResponse(layout("Home", html`<h1>Home</h1>`, await loadPageContext(c))),
        }),
      ],
    }),
  ]);
  const page = await (await sendTo(other, "/")).text();
  expect([page.includes("<h1>Home</h1>"), page.includes("/policy")]).toEqual([true, false]);
});
