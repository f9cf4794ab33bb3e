/** The front page, on the way to signing in. */
import { expect } from "vitest";
import { facts } from "../../app.ts";
import { ADMIN, openAccountMenu, PASSWORD, test } from "../fixture.ts";

test("one signs in by keyboard alone, and the first stop leads past the navigation", async ({ open }) => {
  const page = await open();
  await page.goto("/");
  await page.keyboard.press("Tab");
  expect(await page.locator(":focus").textContent()).toBe("Skip to content");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  expect(await page.locator(":focus").textContent()).toBe("Start in a minute");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.locator("#form-email:focus").waitFor();
  await page.keyboard.type(ADMIN.email);
  await page.keyboard.press("Tab");
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await page.waitForURL(facts.startPath);
});

test("the front page leads to signing in, and signing out leads to the front page", async ({ open }) => {
  const page = await open();
  await page.goto("/");
  await page.getByRole("main").getByRole("link", { name: "Try the demo app" }).click();
  await page.waitForURL("/login");
  const user = await open({ as: "user" });
  await user.goto("/things");
  await openAccountMenu(user);
  await user.getByRole("button", { name: "Sign out" }).click();
  await user.waitForURL("/");
  expect(await user.getByRole("button", { name: "Sign out" }).count()).toBe(0);
});
