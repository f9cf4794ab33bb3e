import { expect, test } from "vitest";
import { home } from "../../../src/features/home/index.ts";
import { describeRoutes, type GuardFn, headGuard } from "../../../src/http/index.ts";
import { APP_NAME } from "../../../src/web/app/app-name.ts";
import { group, route } from "../../../src/web/app/scope.ts";
import { DEMO_ACCOUNTS } from "../../../src/web/pages/demo-data.ts";
import { app, createAccount, createApp, facts, openBrowser, PRODUCTION, send, sendTo } from "../../harness.ts";

test("GET / welcomes a visitor, with links to register and sign in as far as the app has them", async () => {
  const response = await send("/", { headers: { Accept: "text/html" } });
  expect([response.status, response.headers.get("Content-Type")]).toEqual([200, "text/html; charset=utf-8"]);
  const page = await response.text();
  expect(page).toContain(`<title>Welcome · ${APP_NAME}</title>`);
  const { signIn, register } = facts.paths;
  for (const path of [signIn, register]) if (path) expect(page).toContain(`<a href="${path}">`);
  expect(response.headers.getSetCookie()).toEqual([]);
});

test.each(["GET", "HEAD"])("%s / sends a user on to the landing page", async (method) => {
  const { headers } = await openBrowser(await createAccount());
  const response = await send("/", { method, headers });
  const isElsewhere = facts.startPath !== "/";
  expect([response.status, response.headers.get("Location")]).toEqual(
    isElsewhere ? [303, facts.startPath] : [200, null],
  );
});

test("an access token does not sign a browser in: pages go by the cookie", async () => {
  const { headers } = await createAccount();
  expect((await send("/", { headers })).status).toBe(200);
});

test("GET / shows routes from the least guarded to the most", async () => {
  const page = await (await send("/")).text();
  const shown = [...page.matchAll(/<code><b>([^<]+)<\/b> ([^<]+)<\/code>\n<span class="guards">(.*?)<\/span>/g)];
  const counts = shown.map(([, , , guards = ""]) => guards.split("</i>").length - 1);
  expect(shown).toHaveLength(4);
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
  expect(await response.text()).toMatch(/<b>GET, HEAD<\/b> \/many<\/code>\n.*<i>\(anonymous\)<\/i>/);
  expect((await sendTo(withAnonymous, "/many")).status).toBe(200);
});

test("GET / shows the demonstration accounts in development only", async () => {
  for (const { email } of DEMO_ACCOUNTS) {
    expect(await (await send("/")).text()).toContain(email);
    expect(await (await send("/", {}, PRODUCTION)).text()).not.toContain(email);
  }
});
