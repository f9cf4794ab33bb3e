/** The notebook in the browser: with scripts in place, without them by pages; by keyboard; where two write at once. */
import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { HOSTILE } from "../../hostile-text.ts";
import { apiOf, expectAccessible, expectShown, expectToFit, origin, test } from "../fixture.ts";

const pathOf = (page: Page) => page.url().slice(origin.length);
const notes = (page: Page) => page.locator("#note-list > li");
const note = (page: Page, title: string) => notes(page).filter({ hasText: title });
const titles = (page: Page) => notes(page).locator("h2").allTextContents();

async function add(page: Page, title: string, body = ""): Promise<void> {
  const composer = page.getByRole("form", { name: "New note" });
  await composer.getByLabel("Title").fill(title);
  await composer.getByLabel("Text").fill(body);
  await composer.getByRole("button").click();
  await note(page, title).first().waitFor();
}

/** Makes a note without the page. */
async function make(page: Page, title: string, body = ""): Promise<void> {
  const { status } = await apiOf(page)["POST /api/notes"]({ body: { title, body } });
  expect(status).toBe(201);
}

describe.each([true, false])("with JavaScript: %s", (javaScript) => {
  test("a note is added, searched for, changed, deleted and brought back", async ({ open }) => {
    const page = await open({ as: "user", javaScript });
    await page.goto("/notes");
    await expectShown(page, "No notes yet.");
    await add(page, "Tea", "Green");
    await add(page, "Coffee", "Black");
    expect(await titles(page)).toEqual(["Coffee", "Tea"]);

    await page.getByLabel("Search the notes").fill("GREEN");
    if (!javaScript) await page.getByRole("button", { name: "Search" }).click();
    await page.waitForURL("/notes?q=GREEN");
    await expectShown(page, "1 matching “GREEN”");
    expect(await titles(page)).toEqual(["Tea"]);
    await page.reload();
    expect(await titles(page)).toEqual(["Tea"]);
    expect(await page.getByLabel("Search the notes").inputValue()).toBe("GREEN");

    await page.getByRole("link", { name: "Edit Tea" }).click();
    const form = page.getByRole("form", { name: "Edit the note" });
    await form.getByLabel("Title").fill("White tea");
    await form.getByRole("button", { name: "Save" }).click();
    await form.waitFor({ state: "detached" });
    await expectShown(page, "White tea");
    if (!javaScript) await page.getByRole("link", { name: "All notes" }).click();

    await page.getByRole("button", { name: "Delete White tea" }).click();
    await expectShown(page, "“White tea” was deleted.");
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByRole("button", { name: "Delete White tea" }).waitFor();
    await page.goto("/notes");
    expect(await titles(page)).toEqual(["Coffee", "White tea"]);
  });

  test("where somebody else saved first, both texts are shown, and one chooses", async ({ open }) => {
    const page = await open({ as: "user", javaScript });
    const other = await open({ beside: page });
    await make(page, "Tea", "Green");
    await page.goto("/notes");
    await page.getByRole("link", { name: "Edit Tea" }).click();
    const mine = page.getByRole("form", { name: "Edit the note" });
    await mine.getByLabel("Text").fill("mine, a long one");

    await other.goto("/notes");
    await other.getByRole("link", { name: "Edit Tea" }).click();
    const theirs = other.getByRole("form", { name: "Edit the note" });
    await theirs.getByLabel("Text").fill("theirs");
    await theirs.getByRole("button", { name: "Save" }).click();
    await expectShown(other, "theirs");

    await mine.getByRole("button", { name: "Save" }).click();
    await expectShown(page, "This note was changed elsewhere");
    expect(await page.getByLabel("Current version").textContent()).toContain("theirs");
    expect(await mine.getByLabel("Text").inputValue()).toBe("mine, a long one");
    if (javaScript) await expectAccessible(page);
    await mine.getByRole("button", { name: "Save your version" }).click();
    await mine.waitFor({ state: "detached" });
    await expectShown(page, "mine, a long one");
  });

  test("what is refused stays in the form", async ({ open }) => {
    const page = await open({ as: "user", javaScript });
    await page.goto("/notes");
    const composer = page.getByRole("form", { name: "New note" });
    await composer.getByLabel("Title").fill("   ");
    await composer.getByLabel("Text").fill("kept");
    await composer.getByRole("button").click();
    await expectShown(page, "The title is empty");
    expect(await composer.getByLabel("Text").inputValue()).toBe("kept");
    expect(await composer.getByLabel("Title").getAttribute("aria-invalid")).toBe("true");
  });

  test("older notes come at the foot of the list", async ({ open }) => {
    const page = await open({ as: "user", javaScript });
    for (let count = 0; count < 21; count++) await make(page, `Note ${count}.`);
    await page.goto("/notes");
    await page.getByRole("link", { name: "Older notes" }).click();
    await note(page, "Note 0.").waitFor();
    expect(await titles(page)).toHaveLength(javaScript ? 21 : 1);
  });
});

test("by keyboard alone: a note is added and its form is ready for the next; deleted, and Undo is at hand", async ({
  open,
}) => {
  const page = await open({ as: "user" });
  await page.goto("/notes");
  await page.getByRole("form", { name: "New note" }).getByLabel("Title").focus();
  await page.keyboard.type("Typed");
  await page.keyboard.press("Enter");
  await note(page, "Typed").waitFor();
  await page.keyboard.type("Next");
  await page.keyboard.press("Enter");
  await note(page, "Next").waitFor();
  await page.getByRole("link", { name: "Edit Next" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("form", { name: "Edit the note" }).waitFor();
  await page.keyboard.press("End");
  await page.keyboard.type(" one");
  await page.keyboard.press("Enter");
  await page.locator("a:focus", { hasText: "Edit" }).waitFor();
  await page.getByRole("button", { name: "Delete Typed" }).focus();
  await page.keyboard.press("Enter");
  await page.locator("button:focus", { hasText: "Undo" }).waitFor();
  await page.keyboard.press("Enter");
  await page.locator("a:focus", { hasText: "Edit" }).waitFor();
  expect(await titles(page)).toEqual(["Next one", "Typed"]);
});

test("what HTMX cannot do is said, and what was typed stays", async ({ open }) => {
  const page = await open({ as: "user" });
  const other = await open({ beside: page });
  await make(page, "Tea");
  await page.goto("/notes");
  await page.getByRole("link", { name: "Edit Tea" }).click();
  const form = page.getByRole("form", { name: "Edit the note" });
  await form.getByLabel("Text").fill("typed");
  await other.goto("/notes");
  await other.getByRole("button", { name: "Delete Tea" }).click();
  await expectShown(other, "was deleted");
  await form.getByRole("button", { name: "Save" }).click();
  await expectShown(page, "There is nothing at this address.");
  expect(await form.getByLabel("Text").inputValue()).toBe("typed");
  await other.getByRole("button", { name: "Undo" }).click();
  await other.getByRole("button", { name: "Delete Tea" }).waitFor();
  await form.getByRole("button", { name: "Save" }).click();
  await form.waitFor({ state: "detached" });
});

test("hostile texts are shown as they are, and do nothing", async ({ open }) => {
  const page = await open({ as: "user" });
  await page.goto("/notes");
  for (const text of HOSTILE.slice(0, 10)) await add(page, text.replaceAll("\r\n", " "), text);
  await page.reload();
  expect(await titles(page)).toEqual(
    HOSTILE.slice(0, 10)
      .map((text) => text.replaceAll("\r\n", " "))
      .reverse(),
  );
  expect(pathOf(page)).toBe("/notes");
});

test("the pages are accessible, and fit into 360 pixels", async ({ open }) => {
  const page = await open({ as: "user", width: 360 });
  await page.goto("/notes");
  await expectAccessible(page);
  await add(page, "W".repeat(200), "x".repeat(2000));
  await add(page, "Tea", "Green");
  await page.getByRole("link", { name: "Edit Tea" }).click();
  await page.getByRole("form", { name: "Edit the note" }).waitFor();
  await page.getByRole("button", { name: /Delete WWW/ }).click();
  await expectShown(page, "was deleted.");
  await expectToFit(page);
  await expectAccessible(page);
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByRole("link", { name: "WWW", exact: false }).first().click();
  await page.waitForURL(/[0-9a-f]$/);
  await expectToFit(page);
  await expectAccessible(page);
  await page.getByRole("link", { name: "Edit" }).click();
  await page.waitForURL(/edit$/);
  await expectToFit(page);
  await expectAccessible(page);
});
