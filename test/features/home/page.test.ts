import { expect, test } from "vitest";
import { APP_NAME } from "../../../src/web/app/app-name.ts";
import { DEMO_ACCOUNTS } from "../../../src/web/pages/demo-data.ts";
import { app, createAccount, facts, openBrowser, PRODUCTION, send } from "../../harness.ts";

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
  for (const [, methods, path] of shown)
    expect(app.handlers.some((route) => route.path === path && [route.method].flat().join(", ") === methods)).toBe(
      true,
    );
});

test("GET / shows the demonstration accounts in development only", async () => {
  for (const { email } of DEMO_ACCOUNTS) {
    expect(await (await send("/")).text()).toContain(email);
    expect(await (await send("/", {}, PRODUCTION)).text()).not.toContain(email);
  }
});
