import { expect, test } from "vitest";
import { APP_NAME } from "../../../src/web/app/app-name.ts";
import { createAccount, openBrowser, PRODUCTION, send } from "../../harness.ts";

test("GET / welcomes a stranger, with the ways in", async () => {
  const response = await send("/", { headers: { Accept: "text/html" } });
  expect([response.status, response.headers.get("Content-Type")]).toEqual([200, "text/html; charset=utf-8"]);
  const page = await response.text();
  expect(page).toContain(`<title>Welcome · ${APP_NAME}</title>`);
  expect(page).toContain('<a href="/login">');
  expect(page).toContain('<a href="/register">');
  expect(response.headers.getSetCookie()).toEqual([]);
});

test.each(["GET", "HEAD"])("%s / sends who is signed in on to the notebook", async (method) => {
  const { headers } = await openBrowser(await createAccount());
  const response = await send("/", { method, headers });
  expect([response.status, response.headers.get("Location")]).toEqual([303, "/notes"]);
});

test("an access token does not sign a page in: that is what the cookie is for", async () => {
  const { headers } = await createAccount();
  expect((await send("/", { headers })).status).toBe(200);
});

test("GET / shows routes of the table with their guards, and the demo accounts in development alone", async () => {
  const page = await (await send("/")).text();
  expect(page).toContain("<b>DELETE</b> /api/admin/users/:id");
  expect(page).toContain("<i>requireRole(admin)</i>");
  expect(page).toContain("ada@example.com");
  expect(await (await send("/", {}, PRODUCTION)).text()).not.toContain("ada@example.com");
});
