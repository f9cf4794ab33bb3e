/** One's own account in the browser: name, password, e-mail address, sessions, API keys. */

import type { Page } from "playwright-core";
import { describe, expect } from "vitest";

import { APP_ID } from "../../../src/web/app/app-name.ts";
import { PERMISSION } from "../../things.ts";
import {
  ageSignIns,
  expectAccessible,
  expectShown,
  expectToFit,
  openAccountMenu,
  origin,
  PASSWORD,
  test,
} from "../fixture.ts";

const NEW_PASSWORD = "another horse, another battery";
const pathOf = (page: Page) => page.url().slice(origin.length);
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const fill = (page: Page, label: string, value: string) => page.getByLabel(label, { exact: true }).fill(value);

const focused = (page: Page) => page.evaluate<string>("document.activeElement.id");

/** Chooses an action from the menu of a row. */
async function choose(page: Page, name: string, label: string): Promise<void> {
  await button(page, `Actions: ${name}`).click();
  await button(page, `${label}: ${name}`).click();
}

/** Whether the page of somebody who is signed in opens. */
async function isSignedIn(page: Page | undefined): Promise<boolean> {
  await page?.goto("/things");
  return (await page?.title())?.startsWith("Things") ?? false;
}

/** Makes an API key. @returns What the page shows of it, once. */
async function makeKey(page: Page, name: string): Promise<string> {
  await fill(page, "Key name", name);
  await page.getByLabel(PERMISSION).check();
  await button(page, "Create key").click();
  return page.getByLabel("API key", { exact: true }).inputValue();
}

describe.each([true, false])("with JavaScript: %s", (javaScript) => {
  test("one changes the name, and every page shows the new one", async ({ open }) => {
    const page = await open({ as: "user", javaScript });
    await page.goto("/things");
    await openAccountMenu(page);
    await page.getByRole("navigation").getByRole("link", { name: "Account" }).click();
    await page.waitForURL("/account");
    await fill(page, "Name", "Grace <b>Hopper</b>");
    await button(page, "Save name").click();
    await expectShown(page, "Your name has been changed.");
    await button(page, "Account: Grace <b>Hopper</b>").waitFor();
    if (javaScript) expect(await focused(page)).toBe("messages");
  });

  test("one changes the password; a wrong current one is told at its field", async ({ open }) => {
    const page = await open({ as: "user", javaScript });
    await page.goto("/account");
    await fill(page, "Current password", "a wrong password");
    await fill(page, "New password", NEW_PASSWORD);
    await button(page, "Change password").click();
    const message = page.getByRole("alert").getByRole("link", { name: "The password is wrong." });
    await message.waitFor();
    expect(await focused(page)).toBe("password-currentPassword");
    await message.click();
    const field = page.getByLabel("Current password", { exact: true });
    expect(await field.getAttribute("aria-invalid")).toBe("true");
    if (javaScript) await expectAccessible(page);
    await page.goto("/account");
    await fill(page, "Current password", PASSWORD);
    await fill(page, "New password", NEW_PASSWORD);
    await button(page, "Change password").click();
    await expectShown(page, "Your password has been changed.");
  });

  test("one signs out elsewhere, and everywhere else", async ({ open }) => {
    const page = await open({ as: "user", javaScript });
    const others = [1, 2, 3].map(() => open({ again: page, javaScript }));
    const [first, , last] = await Promise.all(others);
    await page.goto("/account");
    const rows = page.locator("#sessions li");
    expect(await rows.count()).toBe(4);
    expect(await rows.filter({ hasText: "This session" }).count()).toBe(1);
    await rows.first().getByRole("button", { name: "Actions" }).click();
    await rows.first().getByRole("button", { name: "Sign out" }).click();
    await expectShown(page, "That session has ended.");
    if (javaScript) expect(await focused(page)).toBe("sessions");
    expect(await rows.count()).toBe(3);
    expect(await isSignedIn(last)).toBe(false);
    expect(await isSignedIn(first)).toBe(true);

    await button(page, "Sign out everywhere else").click();
    await expectShown(page, "You are signed out everywhere else.");
    expect(await rows.count()).toBe(1);
    expect(await isSignedIn(first)).toBe(false);
    expect(pathOf(page)).toBe("/account");
  });

  test("one makes a key, sees it once, and deletes it after a question", async ({ open }) => {
    const page = await open({ as: "user", javaScript });
    await page.goto("/account");
    const key = await makeKey(page, "Nightly backup");
    expect(key).toMatch(new RegExp(`^${APP_ID}_[\\w-]{43}$`));
    const response = await fetch(`${origin}/api/things`, { headers: { "X-API-Key": key } });
    expect(response.status).toBe(200);
    expect(await button(page, "Copy").count()).toBe(javaScript ? 1 : 0);
    if (!javaScript) {
      // This sends the form again.
      await page.reload();
      expect(await page.locator("#made-key").inputValue()).toBe(key);
      expect(await button(page, "Actions: Nightly backup").count()).toBe(1);
    }
    await page.goto("/account");
    expect(await page.content()).not.toContain(key);

    await choose(page, "Nightly backup", "Delete");
    await expectShown(page, "Delete the key “Nightly backup”?");
    if (javaScript) {
      await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
      await choose(page, "Nightly backup", "Delete");
      await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    } else {
      await page.getByRole("link", { name: "Cancel" }).click();
      await choose(page, "Nightly backup", "Delete");
      await page.getByRole("main").getByRole("button", { name: "Delete" }).click();
    }
    await expectShown(page, "The key “Nightly backup” has been deleted.");
    await expectShown(page, "No keys yet.");
    expect(pathOf(page)).toBe("/account");
  });

  test("an old sign-in asks for the password before a key is made, and goes on with the typed values", async ({
    open,
  }) => {
    const page = await open({ as: "user", javaScript });
    await page.goto("/account");
    await ageSignIns();
    await fill(page, "Key name", "Nightly backup");
    await page.getByLabel(PERMISSION).check();
    await button(page, "Create key").click();
    await page.getByRole("heading", { name: "Confirm your password" }).waitFor();
    if (javaScript) await expectAccessible(page);
    await fill(page, "Password", "a wrong password");
    await button(page, "Continue").click();
    await page.getByRole("alert").getByRole("link", { name: "The password is wrong." }).waitFor();
    await fill(page, "Password", PASSWORD);
    await button(page, "Continue").click();
    const key = await page.getByLabel("API key", { exact: true }).inputValue();
    const response = await fetch(`${origin}/api/things`, { headers: { "X-API-Key": key } });
    expect(response.status).toBe(200);
    await page.getByRole("heading", { name: "Nightly backup" }).waitFor();
  });

  test("a key without a permission is refused, and the typed values stay", async ({ open }) => {
    const page = await open({ as: "user", javaScript });
    await page.goto("/account");
    await fill(page, "Key name", "Nightly backup");
    await button(page, "Create key").click();
    await page.getByRole("alert").getByRole("link", { name: "Choose at least one permission" }).waitFor();
    expect(await page.getByLabel("Key name").inputValue()).toBe("Nightly backup");
    if (javaScript) await expectAccessible(page);
  });
});

test("the key is copied by its button, or selected if copying is not allowed", async ({ open }) => {
  const page = await open({ as: "user" });
  await page.goto("/account");
  const key = await makeKey(page, "Backup");
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await button(page, "Copy").click();
  await expectShown(page, "Copied");
  expect(await page.evaluate<string>("navigator.clipboard.readText()")).toBe(key);
  await page.evaluate("navigator.clipboard.writeText = () => Promise.reject(new Error())");
  await button(page, "Copied").click();
  await expectShown(page, "Selected. Press Ctrl+C");
  expect(await page.locator(":focus").getAttribute("id")).toBe("made-key");
  expect(await page.evaluate<string>("getSelection().toString()")).toBe(key);
});

test("an action in a list shows its result in place, without another page", async ({ open }) => {
  const page = await open({ as: "user" });
  await page.goto("/account");
  let pages = 0;
  page.on("domcontentloaded", () => pages++);
  await fill(page, "Current password", "half typed");
  await makeKey(page, "Backup");
  await expectShown(page, "This also deletes your API keys: Backup.");
  await fill(page, "Key name", "Nightly");
  await page.getByLabel(PERMISSION).check();
  await choose(page, "Backup", "Delete");
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await expectShown(page, "No keys yet.");
  expect([pages, await page.getByLabel("Current password").inputValue()]).toEqual([0, "half typed"]);
  expect(await page.getByLabel("Key name").inputValue()).toBe("Nightly");
  expect(await page.getByLabel(PERMISSION).isChecked()).toBe(true);
  expect(await page.getByText("This also deletes").count()).toBe(0);
});

test("half-typed names survive a reload, passwords do not", async ({ open }) => {
  const page = await open({ as: "user" });
  await page.goto("/account");
  await fill(page, "Name", "Grace Hopper");
  await fill(page, "Key name", "Nightly");
  await fill(page, "Current password", "half typed");
  await page.reload();
  const values = await page
    .locator("#profile-name, #key-name, #password-currentPassword")
    .evaluateAll((fields) => fields.map((field) => (field as unknown as { value: string }).value));
  expect(values).toEqual(["Grace Hopper", "", "Nightly"]);
  expect(await page.evaluate<string>("JSON.stringify(localStorage)")).not.toContain("half typed");
});

test("by keyboard alone a key is made and deleted", async ({ open }) => {
  const page = await open({ as: "user" });
  await page.goto("/account");
  await page.getByLabel("Key name").focus();
  await page.keyboard.type("Backup");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  await page.keyboard.press("Enter");
  await page.getByLabel("API key", { exact: true }).waitFor();
  expect(await page.locator(":focus").getAttribute("id")).toBe("made-key");
  await button(page, "Actions: Backup").focus();
  for (const key of ["Enter", "Tab", "Enter"]) await page.keyboard.press(key);
  await page.getByRole("dialog").waitFor();
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  expect(await page.locator(":focus").textContent()).toBe("Actions: Backup");
  for (const key of ["Enter", "Tab", "Enter"]) await page.keyboard.press(key);
  await page.getByRole("dialog").waitFor();
  for (const key of ["Tab", "Enter"]) await page.keyboard.press(key);
  await expectShown(page, "No keys yet.");
  expect(await page.locator(":focus").getAttribute("id")).toBe("key-list");
  await page.keyboard.press("Tab");
  expect(await page.locator(":focus").getAttribute("name")).toBe("name");
});

test("the page is accessible and fits into 360 pixels, with any names", async ({ open }) => {
  const page = await open({ as: "user", width: 360 });
  await page.goto("/account");
  await expectToFit(page);
  await expectAccessible(page);
  await fill(page, "Name", "W".repeat(100));
  await button(page, "Save name").click();
  await expectShown(page, "Your name has been changed.");
  await makeKey(page, "W".repeat(100));
  await expectToFit(page);
  await expectAccessible(page);
});
