/** Accounts in the browser: registering, signing in and out, a lost password. */
import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { facts } from "../../app.ts";
import {
  ADMIN,
  apiOf,
  expectAccessible,
  expectShown,
  expectSoon,
  expectToFit,
  openAccountMenu,
  origin,
  PASSWORD,
  test,
} from "../fixture.ts";

const pathOf = (page: Page) => page.url().slice(origin.length);

async function fill(page: Page, fields: Record<string, string>): Promise<void> {
  for (const [label, value] of Object.entries(fields)) await page.getByLabel(label, { exact: true }).fill(value);
  await page.locator("main form button").first().click();
}

const freshEmail = () => `${crypto.randomUUID()}@example.com`;

describe.each([true, false])("with JavaScript: %s", (javaScript) => {
  test("one registers, is greeted, signs out, loses the password, and gets in with a new one", async ({ open }) => {
    const page = await open({ javaScript });
    const email = freshEmail();
    await page.goto("/login");
    await page.getByRole("navigation").getByRole("link", { name: "Register" }).click();
    await fill(page, { Name: "Grace", "E-mail": email, Password: PASSWORD });
    await expectShown(page, "Welcome.");
    expect(pathOf(page)).toBe(facts.startPath);

    await openAccountMenu(page);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("navigation").getByRole("link", { name: "Sign in" }).click();
    await page.getByRole("link", { name: "Forgot your password?" }).click();
    await fill(page, { "E-mail": email });
    await expectShown(page, "an e-mail is on its way");

    await page.goto("/outbox");
    const mail = page.getByRole("listitem").filter({ hasText: email }).filter({ hasText: "Reset your password" });
    await mail.getByRole("link").click();
    await fill(page, { "New password": "another horse, another battery" });
    await expectShown(page, "Your password has been changed.");
    await fill(page, { "E-mail": email, Password: "another horse, another battery" });
    await page.waitForURL(facts.startPath);
    await page.goto("/outbox");
    await expectShown(page, "Your password was reset");
  });

  test("a refused form shows each error at its field and keeps the typed values", async ({ open }) => {
    const page = await open({ javaScript });
    await page.goto("/register");
    await fill(page, { Name: "Grace", "E-mail": freshEmail(), Password: "password" });
    await page.getByRole("alert").getByRole("link").click();
    const field = page.getByLabel("Password", { exact: true });
    expect(await field.getAttribute("aria-invalid")).toBe("true");
    expect(await page.getByLabel("Name").inputValue()).toBe("Grace");
    if (javaScript) await expectAccessible(page);
  });
});

test("an account that was made and confirmed through the API signs in with the form", async ({ open }) => {
  const page = await open();
  const api = apiOf(page);
  const email = freshEmail();
  const registered = await api["POST /api/auth/register"]({ body: { email, name: "Grace", password: PASSWORD } });
  expect(registered.status).toBe(201);
  const outbox = await api["GET /outbox"]({ headers: { Accept: "application/json" } });
  const mail = outbox.status === 200 ? outbox.body.items.find(({ to }) => to === email) : undefined;
  const token = new URL(/http\S+/.exec(mail?.text ?? "")?.[0] ?? origin).searchParams.get("token") ?? "";
  const confirmed = await api["POST /api/auth/verify-email"]({ body: { token, password: PASSWORD } });
  expect(confirmed.status === 200 && confirmed.body.user.emailVerified).toBe(true);

  await page.goto("/login");
  await fill(page, { "E-mail": email, Password: PASSWORD });
  await page.waitForURL(facts.startPath);
});

test("one signs in by keyboard alone", async ({ open }) => {
  const page = await open();
  await page.goto("/login");
  await page.locator("#form-email:focus").waitFor();
  await page.keyboard.type(ADMIN.email);
  await page.keyboard.press("Tab");
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await page.waitForURL(facts.startPath);
});

const PATHS = ["/login", "/register", "/forgot-password", "/reset-password?token=x", "/verify-email", "/outbox"];

test("each page is accessible and fits into 360 pixels", async ({ open }) => {
  const page = await open({ width: 360 });
  for (const path of PATHS) {
    await page.goto(path);
    await expectToFit(page);
    await expectAccessible(page);
  }
});

test("nothing moves while a page loads", async ({ open }) => {
  const page = await open();
  for (const path of ["/login", "/register"]) {
    await page.goto(path, { waitUntil: "networkidle" });
    const shifts = `new Promise((resolve) => {
      let sum = 0;
      new PerformanceObserver((list) => { for (const entry of list.getEntries()) sum += entry.value; })
        .observe({ type: "layout-shift", buffered: true });
      setTimeout(() => resolve(sum), 100);
    })`;
    expect(await page.evaluate<number>(shifts), path).toBe(0);
  }
});

describe.each([true, false])("with the browser's back/forward cache: %s", (hasBackForwardCache) => {
  test("after signing out, Back shows nothing private, in any tab, and drafts are gone", async ({ open }) => {
    const page = await open({ as: "user", hasBackForwardCache });
    const other = await open({ beside: page });
    await page.goto("/things");
    await page.getByLabel("Title").fill("private");
    await other.goto("/things");
    await page.goto("/things/about");
    await openAccountMenu(page);
    await page.getByRole("button", { name: "Sign out" }).click();
    await expectSoon(page, "document.body?.dataset.user === undefined");
    await expectSoon(other, "document.body?.dataset.user === undefined");
    expect(
      await page.evaluate<string[]>("Object.keys(localStorage).filter((key) => key.startsWith('draft:'))"),
    ).toEqual([]);
    for (let step = 0; step < 2; step += 1) {
      await page.goBack({ waitUntil: "commit" });
      await expectSoon(page, "document.readyState === 'complete' && document.body.dataset.user === undefined");
      expect(await page.getByRole("heading", { name: "Things" }).isVisible()).toBe(false);
    }
  });
});
