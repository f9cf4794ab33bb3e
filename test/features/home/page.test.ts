import { expect, test } from "vitest";
import manifest from "../../../public/manifest.webmanifest?raw";
import type { Env } from "../../../src/env.ts";
import { COMPILE_ERROR, PINNED_CHANGE, POLICY_CHANGE, ROUTE, START } from "../../../src/features/home/examples.ts";
import { home } from "../../../src/features/home/index.ts";
import { describeRoutes, type GuardFn, headGuard } from "../../../src/http/index.ts";
import { APP_NAME } from "../../../src/web/app/app-name.ts";
import { describeApp } from "../../../src/web/app/policy.ts";
import { isPreflight } from "../../../src/web/app/route-labels.ts";
import { group, route } from "../../../src/web/app/scope.ts";
import { DEMO_ACCOUNTS } from "../../../src/web/pages/demo-data.ts";
import { app, createAccount, createApp, facts, openBrowser, PRODUCTION, send, sendTo } from "../../harness.ts";
import { decodeHtml, plainText } from "../../plain-browser.ts";

const read = async (init: RequestInit = {}, bindings: Partial<Env> = {}) =>
  (await send("/", { ...init, headers: { Accept: "text/html", ...init.headers } }, bindings)).text();

test("GET / states the claim, describes the app to search engines, and needs no cookie", async () => {
  const response = await send("/", { headers: { Accept: "text/html" } });
  expect([response.status, response.headers.get("Content-Type")]).toEqual([200, "text/html; charset=utf-8"]);
  const page = await response.text();
  expect(page).toContain(`<title>The route table is the policy · ${APP_NAME}</title>`);
  expect(page).toMatch(/<meta name="description" content="[^"]{50,160}">/);
  expect(response.headers.getSetCookie()).toEqual([]);
});

test.each(["GET", "HEAD"])("%s / shows the page to users, too", async (method) => {
  const { headers } = await openBrowser(await createAccount());
  const response = await send("/", { method, headers });
  expect([response.status, response.headers.get("Location")]).toEqual([200, null]);
});

test.each(["GET", "HEAD"])(
  "a %s of the installed app's start page leads users to their first page, and visitors to the front page",
  async (method) => {
    const { start_url, id } = JSON.parse(manifest);
    const { headers } = await openBrowser(await createAccount());
    const openStart = async (init: RequestInit) => {
      const response = await send(start_url, { method, ...init });
      return [response.status, response.headers.get("Location")];
    };
    expect([id, await openStart({ headers }), await openStart({})]).toEqual(["/", [303, facts.startPath], [200, null]]);
  },
);

test("users find the front page in the footer, since their brand link leads to the landing page", async () => {
  const { headers } = await openBrowser(await createAccount());
  for (const [init, brand, about] of [
    [{}, facts.homePath, false],
    [{ headers }, facts.startPath, facts.homePath !== facts.startPath],
  ] as const) {
    const page = await (await send("/things/about", init)).text();
    expect(page).toContain(`<a class="brand" href="${brand}">`);
    expect(page.includes(`<a href="${facts.homePath}">About ${APP_NAME}</a>`)).toBe(about);
  }
});

const { signIn, register } = facts.paths;
test.each([
  ["a visitor in development", false, {}, signIn, "Try the demo app"],
  ["a visitor in production", false, PRODUCTION, register ?? signIn, "Try the demo app"],
  ["a user", true, {}, facts.startPath === "/" ? undefined : facts.startPath, "Open the app"],
])(
  "the primary action leads %s to the commands, and the other one into the app",
  async (_, isUser, bindings, path, label) => {
    const headers = isUser ? (await openBrowser(await createAccount())).headers : {};
    const page = await read({ headers }, bindings);
    expect(page.match(/class="button primary"/g)).toHaveLength(1);
    expect(page).toMatch(/<a href="#start" class="button primary">/);
    expect(page).toContain('<section id="start">');
    expect(page.includes(`<a href="${path}" class="button">${label}</a>`)).toBe(path !== undefined);
  },
);

test("GET / links to the policy for visitors who may see it, and to the API reference for others", async () => {
  const { policy, docs } = facts.paths;
  const pages = { seen: await read(), unseen: await read({}, PRODUCTION) };
  const all = new Set(describeApp(app).routes.map((row) => (isPreflight(row) ? "preflight" : row))).size;
  if (policy) expect(pages.seen).toContain(`<a href="${policy}">All ${all} routes</a>`);
  expect(pages.unseen).not.toContain(`All ${all} routes`);
  if (docs) expect(pages.unseen).toContain(`<a href="${docs}">API reference</a>`);
});

test("GET / lists each feature with the number of its routes", async () => {
  const text = plainText(await read());
  for (const { name, routes } of facts.features) expect(text).toContain(`${name} ${routes} route`);
  expect(facts.features.map(({ name }) => name)).toContain("home");
});

test("GET / shows the outputs of the tools unchanged", async () => {
  const page = await read();
  const shown = [...page.matchAll(/<pre><code>([\s\S]*?)<\/code><\/pre>/g)].map(([, text = ""]) =>
    decodeHtml(text.replace(/<\/?span[^>]*>/g, "")),
  );
  expect(shown).toEqual([ROUTE, COMPILE_ERROR, PINNED_CHANGE, POLICY_CHANGE, START]);
});

test("an access token does not sign a browser in: pages use only the cookie", async () => {
  const { headers } = await createAccount();
  expect((await send("/", { headers })).status).toBe(200);
});

test("GET / shows routes from the least guarded to the most", async () => {
  const page = await (await send("/")).text();
  const shown = [
    ...page.matchAll(/class="methods">([^<]+)<\/td><th scope="row"><code>([^<]+)<\/code><\/th>\n<td>(.*?)<\/td>/g),
  ];
  const counts = shown.map(([, , , guards = ""]) => guards.split("</li>").length - 1);
  expect(shown).toHaveLength(6);
  expect(counts).toEqual(counts.toSorted((a, b) => a - b));
  expect(counts.at(-1)).toBe(Math.max(...app.handlers.map(({ guards = [] }) => guards.length)));
  const rows = describeRoutes(app.handlers).map(({ methods, path }) => `${methods.join(", ")} ${path}`);
  for (const [, methods, path] of shown) expect(rows).toContain(`${methods} ${path}`);
});

const resolve = () => new Response();
const createGuard = (): GuardFn => () => ({ allow: true });
const anonymousHeadGuard = headGuard(() => ({ allow: true }));
// More guards than any other route has, so that the page shows the route.
const many = <T>(guard: T): T[] => Array.from({ length: 20 }, () => guard);
test.each([
  ["of a factory", [route.get("/many", { guards: many(createGuard()), resolve })]],
  ["of the head", [route.get("/many", { guards: many(anonymousHeadGuard), resolve })]],
  ["of a group", group({ guards: many(createGuard()), handlers: [route.get("/many", { resolve })] })],
])("GET / and the route answer with a guard %s without a name", async (_, routes) => {
  const withAnonymous = createApp([...home.routes, routes], { paths: { home: "/" } });
  const response = await sendTo(withAnonymous, "/");
  expect(response.status).toBe(200);
  expect(await response.text()).toMatch(
    />GET, HEAD<\/td><th scope="row"><code>\/many<\/code><\/th>\n.*<li>\(anonymous\)\*?<\/li>/,
  );
  expect((await sendTo(withAnonymous, "/many")).status).toBe(200);
});

test("GET / shows the demonstration accounts in development only", async () => {
  for (const { email } of DEMO_ACCOUNTS) {
    expect(await (await send("/")).text()).toContain(email);
    expect(await (await send("/", {}, PRODUCTION)).text()).not.toContain(email);
  }
});
