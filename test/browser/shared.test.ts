/** The scripts of every page: the theme, times, drafts, and nothing private after Back. */
import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { endSessions, expectAccessible, expectShown, expectSoon, openAccountMenu, test } from "./fixture.ts";

const backgroundOf = (page: Page) =>
  page.evaluate<string>("getComputedStyle(document.documentElement).backgroundColor");
const title = (page: Page) => page.getByLabel("Title");

describe.each([true, false])("with JavaScript: %s", (javaScript) => {
  test("the theme can be chosen, is kept, and overrides that of the system", async ({ open }) => {
    const page = await open({ as: "user", javaScript });
    await page.emulateMedia({ colorScheme: "light" });
    await page.goto("/things");
    if (javaScript) await title(page).fill("typed");
    const light = await backgroundOf(page);
    await openAccountMenu(page);
    await page.getByRole("button", { name: "Dark" }).click();
    await expectSoon(page, "document.documentElement.dataset.theme === 'dark'");
    const dark = await backgroundOf(page);
    expect(dark).not.toBe(light);
    // With scripts, choosing does not leave the page.
    if (javaScript) expect(await title(page).inputValue()).toBe("typed");
    if (javaScript) await expectAccessible(page);

    await expect.poll(async () => (await page.context().cookies()).map(({ name }) => name)).toContain("theme");
    await page.emulateMedia({ colorScheme: "light" });
    await page.goto("/things/about");
    expect(await backgroundOf(page)).toBe(dark);
    await openAccountMenu(page);
    await page.getByRole("button", { name: "System" }).click();
    await expectSoon(page, "document.documentElement.dataset.theme === undefined");
    await expect.poll(() => backgroundOf(page)).toBe(light);
  });

  test("a time is shown in the reader's zone and language, or in UTC", async ({ open }) => {
    const page = await open({ javaScript, locale: "de-DE", timezoneId: "Asia/Tokyo" });
    await page.goto("/things/about");
    const time = page.locator("time");
    expect(await time.textContent()).toBe(javaScript ? "3. Jan. 2020" : "2020-01-02 23:04 UTC");
    if (javaScript) expect(await time.getAttribute("lang")).toBe("de-DE");
  });
});

test("pages are printed in black on white even in the dark theme, without elements that only a screen needs", async ({
  open,
}) => {
  const page = await open({ as: "user" });
  await page.goto("/things");
  await openAccountMenu(page);
  await page.getByRole("button", { name: "Dark" }).click();
  await expectSoon(page, "document.documentElement.dataset.theme === 'dark'");
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  expect(await backgroundOf(page)).toBe("rgb(255, 255, 255)");
  expect(await page.evaluate<string>("getComputedStyle(document.querySelector('h1')).color")).toBe("rgb(0, 0, 0)");
  const shown =
    "[...document.querySelectorAll('nav, button, footer, search, .skip')].filter((e) => e.checkVisibility())";
  expect(await page.evaluate<number>(`${shown}.length`)).toBe(0);
});

test("typed text survives a reload, a link and Back, and is gone once it is saved or discarded", async ({ open }) => {
  const page = await open({ as: "user" });
  await page.goto("/things");
  await title(page).fill("half-written");
  await page.reload();
  expect(await title(page).inputValue()).toBe("half-written");
  await expectShown(page, "Your unsaved text was restored.");
  await page.goto("/things/about");
  await page.goBack();
  expect(await title(page).inputValue()).toBe("half-written");

  await page.keyboard.press("Escape");
  await title(page).press("Control+Enter");
  await page.getByRole("listitem").filter({ hasText: "half-written" }).waitFor();
  expect(await title(page).inputValue()).toBe("");
  await page.reload();
  expect(await title(page).inputValue()).toBe("");

  await title(page).fill("not wanted");
  await page.reload();
  await page.getByRole("button", { name: "Discard" }).click();
  expect(await title(page).inputValue()).toBe("");
  await page.reload();
  expect(await title(page).inputValue()).toBe("");
});

test("typed text outlives its session for the same user, and is deleted for another one", async ({ open }) => {
  const page = await open({ as: "user" });
  await page.goto("/things");
  await title(page).fill("mine");
  const draft = "Object.keys(localStorage).some((key) => key.startsWith('draft:'))";
  const cookies = await page.context().cookies();
  await page.context().clearCookies();
  await page.goto("/things/about");
  expect(await page.evaluate<boolean>(draft)).toBe(true);
  await page.context().addCookies(cookies);
  await page.goto("/things");
  expect(await title(page).inputValue()).toBe("mine");

  const other = await open({ as: "user" });
  await page.context().clearCookies();
  await page.context().addCookies(await other.context().cookies());
  await page.goto("/things");
  expect(await title(page).inputValue()).toBe("");
  expect(await page.evaluate<boolean>(draft)).toBe(false);
});

test("without storage, every page works but keeps no drafts", async ({ open }) => {
  const page = await open({ as: "user" });
  await page.addInitScript(`for (const name of ["localStorage", "sessionStorage"])
    Object.defineProperty(window, name, { get() { throw new DOMException("denied", "SecurityError"); } });`);
  await page.goto("/things");
  await title(page).fill("typed");
  await title(page).press("Enter");
  await page.getByRole("listitem").filter({ hasText: "typed" }).waitFor();
  expect(await page.getByText("Part of this page does not work.").isVisible()).toBe(false);
});

test("a tab neither deletes nor overwrites later text of another tab", async ({ open }) => {
  const page = await open({ as: "user" });
  const other = await open({ beside: page });
  await page.goto("/things");
  await other.goto("/things");
  await other.getByLabel("Title").fill("of the other tab");
  await title(page).press("a");
  await other.getByLabel("Title").fill("of the other tab, and more");
  await title(page).press("Backspace");
  const third = await open({ beside: page });
  await third.goto("/things");
  expect(await third.getByLabel("Title").inputValue()).toBe("of the other tab, and more");
  await title(page).press("b");
  await title(page).press("Backspace");
  await other.reload();
  expect(await other.getByLabel("Title").inputValue()).toBe("of the other tab, and more");
});

test("a submission that gets an error page stays in the form", async ({ open }) => {
  const page = await open({ as: "user" });
  await page.goto("/things");
  await title(page).fill("kept");
  await page.evaluate("document.querySelector('form[data-draft] [name=csrf]').value = 'wrong'");
  await title(page).press("Enter");
  await page.getByRole("heading", { level: 1, name: "Not allowed" }).waitFor();
  await page.goto("/things");
  expect(await title(page).inputValue()).toBe("kept");
});

const shifted = (page: Page) =>
  page.evaluate<number>(`new Promise((resolve) => {
    let sum = 0;
    new PerformanceObserver((list) => { for (const entry of list.getEntries()) sum += entry.value; })
      .observe({ type: "layout-shift", buffered: true });
    setTimeout(() => resolve(sum), 100);
  })`);

test("nothing moves if the scripts arrive late, nor if messages come and go", async ({ open }) => {
  const page = await open({ as: "user", width: 360 });
  await page.goto("/things");
  await title(page).fill("late");
  await page.route(/\.js$/, async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 400));
    await route.continue();
  });
  await title(page).press("Enter");
  await expectShown(page, "The thing was added.");
  expect(await shifted(page)).toBe(0);
  const toast = (kind: string, text: string) =>
    page.evaluate(`document.dispatchEvent(new CustomEvent("toast", { detail: { kind: "${kind}", text: "${text}" } }))`);
  await toast("failed", "A message in two lines, since it is longer than the width of a small window.");
  await toast("done", "Done");
  await page.evaluate("document.dispatchEvent(new CustomEvent('toasts:end', { detail: {} }))");
  const shown = page.locator("#messages .message:visible");
  expect(await shown.allTextContents()).toEqual(["The thing was added.✕", "Done✕"]);
  expect(await shifted(page)).toBe(0);
  for (let count = 2; count > 0; count--) await shown.last().getByRole("button", { name: "Close" }).click();
  expect(await page.locator("#messages > *").count()).toBe(0);
  // Each failure hides the one before, below the successes.
  for (let count = 1; count <= 6; count++) {
    await toast("failed", `Failed ${count}`);
    await toast("done", `Done ${count}`);
  }
  expect(await page.locator("#messages > .gone").count()).toBeLessThanOrEqual(3);
  expect(await shown.filter({ hasText: "Failed" }).allTextContents()).toEqual(["Failed 6✕"]);

  await title(page).fill("half-written");
  await page.reload();
  await expectShown(page, "Your unsaved text was restored.");
  expect(await shifted(page)).toBe(0);
  await page.goto("/things/about");
  expect(await page.locator("time").getAttribute("title")).not.toBe(null);
  expect(await shifted(page)).toBe(0);
});

test("a form is sent once, however often its button is pressed", async ({ open }) => {
  const page = await open({ as: "user" });
  await page.goto("/things");
  await title(page).fill("once");
  let count = 0;
  await page.route("/things", async (route) => {
    if (route.request().method() === "POST") count += 1;
    await route.continue();
  });
  await page.evaluate(`(() => {
    const form = document.querySelector("form[data-draft]");
    form.requestSubmit();
    form.requestSubmit();
  })()`);
  await page.getByRole("listitem").filter({ hasText: "once" }).waitFor();
  expect(count).toBe(1);
});

describe.each([true, false])("with the browser's back/forward cache: %s", (hasBackForwardCache) => {
  test("Back shows nothing private after the session has ended elsewhere", async ({ open }) => {
    const page = await open({ as: "user", hasBackForwardCache });
    await page.goto("/things");
    await page.getByRole("heading", { name: "Things" }).waitFor();
    await page.evaluate(`addEventListener("pageshow", ({ persisted }) => sessionStorage.setItem("kept", persisted))`);
    await page.goto("/things/about");
    await endSessions(page);
    await page.goBack({ waitUntil: "commit" });
    await expectSoon(page, "document.body?.dataset.user === undefined");
    expect(await page.getByRole("heading", { name: "Things" }).isVisible()).toBe(false);
    expect(await page.evaluate<string | null>("sessionStorage.getItem('kept')")).toBe(
      hasBackForwardCache ? "true" : null,
    );
  });
});
