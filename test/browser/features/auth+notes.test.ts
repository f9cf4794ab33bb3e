/** Notes whose session has ended. */
import type { Page } from "playwright-core";
import { expect } from "vitest";
import {
  endSessions,
  expectAccessible,
  expectShown,
  expectToFit,
  makeAccount,
  openAccountMenu,
  PASSWORD,
  test,
} from "../fixture.ts";

const title = (page: Page) => page.getByRole("form", { name: "New note" }).getByLabel("Title");
const drafts = (page: Page) =>
  page.evaluate<number>("Object.keys(localStorage).filter((key) => key.startsWith('draft:')).length");

async function signIn(page: Page, email: string): Promise<void> {
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByLabel("Password").press("Enter");
  await page.waitForURL(/\/notes/);
}

test("a session that has ended leads the whole page to the sign-in, and back", async ({ open }) => {
  const page = await open({ as: "user" });
  await page.goto("/notes?q=tea");
  await page.context().clearCookies();
  await page.getByLabel("Search the notes").fill("coffee");
  await page.waitForURL(/\/login\?next=%2Fnotes%3Fq%3Dtea/);
});

test("without scripts, a note that is submitted after its session has ended is shown in full, and signing in leads back to its form", async ({
  open,
}) => {
  const page = await open({ as: "user", javaScript: false, width: 360 });
  await page.goto("/notes?q=tea");
  await page.context().clearCookies();
  const body = "\nThe first line is empty.\n<b>Tea</b>";
  const form = page.locator("form:has(textarea[name=body])");
  await form.locator("[name=title]").fill("Minutes");
  await form.locator("[name=body]").fill(body);
  await form.locator("button").last().click();
  await expectShown(page, "Your session has ended, so this form was not accepted.");
  expect(await page.getByLabel("Title").inputValue()).toBe("Minutes");
  expect(await page.getByLabel("Text", { exact: true }).inputValue()).toBe(body);
  await expectToFit(page);
  const link = page.locator("main").getByRole("link", { name: "Sign in" });
  expect(await link.getAttribute("href")).toBe("/login?next=%2Fnotes%3Fq%3Dtea");
});

test("the 404 page is accessible and has the navigation of the user", async ({ open }) => {
  const page = await open({ as: "user", width: 360 });
  const response = await page.request.get("/none", { headers: { Accept: "text/html" } });
  expect([response.status(), (await response.text()).includes('href="/notes"')]).toEqual([404, true]);
  await page.route("**/none", (route) =>
    route.fulfill({ response, status: 200, headers: { ...response.headers(), "x-staged": "1" } }),
  );
  await page.goto("/none");
  await expectToFit(page);
  await expectAccessible(page);
});

test("a note that is added after the session has ended is restored after signing in, for the same user only", async ({
  open,
}) => {
  const page = await open();
  const { email } = await makeAccount("Grace");
  await page.goto("/login?next=/notes");
  await signIn(page, email);
  for (const next of [email, (await makeAccount("Ada")).email]) {
    await title(page).fill("Half-written");
    await endSessions(email);
    await page.keyboard.press("Control+Enter");
    await page.waitForURL(/\/login/);
    expect(await drafts(page)).toBe(1);
    await signIn(page, next);
    expect(await title(page).inputValue()).toBe(next === email ? "Half-written" : "");
    expect(await drafts(page)).toBe(next === email ? 1 : 0);
  }
});

test("signing out deletes drafts", async ({ open }) => {
  const page = await open({ as: "user" });
  await page.goto("/notes");
  await title(page).fill("Half-written");
  expect(await drafts(page)).toBe(1);
  await openAccountMenu(page);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL((url) => url.pathname !== "/notes");
  expect(await drafts(page)).toBe(0);
});
