/** The pages of notes in the browser: with and without JavaScript, by keyboard, and with two simultaneous editors. */
import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { HOSTILE } from "../../hostile-text.ts";
import { expectAccessible, expectShown, expectToFit, origin, test } from "../fixture.ts";
import {
  add,
  choose,
  closeNote,
  composer,
  editor,
  expectFocus,
  make,
  openNote,
  row,
  rows,
  search,
  titles,
} from "./notes/notes-page.ts";

const pathOf = (page: Page) => page.url().slice(origin.length);

describe.each([true, false])("with JavaScript: %s", (javaScript) => {
  test("a note is added, searched for, changed, deleted and brought back", async ({ open }) => {
    const page = await open({ as: "user", javaScript });
    await page.goto("/notes");
    await expectShown(page, "No notes yet.");
    await add(page, "Tea", "Green");
    await add(page, "Coffee", "Black");
    expect(await titles(page)).toEqual(["Coffee", "Tea"]);
    expect(await page.locator("#note-count").textContent()).toBe("2");

    await search(page).fill("GREEN");
    if (!javaScript) await page.getByRole("button", { name: "Search" }).click();
    await page.waitForURL("/notes?q=GREEN");
    await expectShown(page, "1 matching “GREEN”");
    expect(await titles(page)).toEqual(["Tea"]);
    await page.reload();
    expect(await titles(page)).toEqual(["Tea"]);
    expect(await search(page).inputValue()).toBe("GREEN");

    await choose(page, "Edit", "Tea");
    await editor(page).getByLabel("Title").fill("White tea");
    await editor(page).getByRole("button", { name: "Save" }).click();
    await editor(page).waitFor({ state: "detached" });
    await page.getByRole("heading", { level: 1, name: "White tea" }).waitFor();
    expect(await page.title()).toContain("White tea");
    expect(await titles(page)).toEqual(["White tea"]);

    await page.getByRole("button", { name: "More: White tea" }).click();
    await page.getByRole("button", { name: "Delete White tea" }).click();
    await expectShown(page, "“White tea” was deleted.");
    expect(await page.getByRole("heading", { name: "White tea" }).count()).toBe(0);
    expect(pathOf(page)).toBe("/notes?q=GREEN");
    await page.getByRole("button", { name: "Undo" }).click();
    await expectShown(page, "“White tea” was restored.");
    await page.goto("/notes");
    expect(await titles(page)).toEqual(["Coffee", "White tea"]);
  });

  test("if someone else saved first, both texts are shown, and the user chooses", async ({ open }) => {
    const page = await open({ as: "user", javaScript });
    const other = await open({ beside: page });
    await make(page, "Tea", "Green");
    for (const [shown, text] of [
      [page, "mine, a long one"],
      [other, "theirs"],
    ] as const) {
      await shown.goto("/notes");
      await choose(shown, "Edit", "Tea");
      await editor(shown).getByLabel("Text").fill(text);
    }
    await editor(other).getByRole("button", { name: "Save" }).click();
    await expectShown(other, "theirs");

    await editor(page).getByRole("button", { name: "Save" }).click();
    await expectShown(page, "This note was changed elsewhere");
    expect(await page.getByLabel("Current version").textContent()).toContain("theirs");
    expect(await editor(page).getByLabel("Text").inputValue()).toBe("mine, a long one");
    if (javaScript) await expectAccessible(page);
    await editor(page).getByRole("button", { name: "Save your version" }).click();
    await editor(page).waitFor({ state: "detached" });
    await expectShown(page, "mine, a long one");
  });

  test("a refused text stays in the form", async ({ open }) => {
    const page = await open({ as: "user", javaScript });
    await page.goto("/notes");
    await page.getByRole("link", { name: "New note" }).click();
    await composer(page).getByLabel("Title").fill("   ");
    await composer(page).getByLabel("Text").fill("kept");
    await composer(page).getByRole("button", { name: "Add note" }).click();
    await expectShown(page, "The title is empty");
    expect(await composer(page).getByLabel("Text").inputValue()).toBe("kept");
    expect(await composer(page).getByLabel("Title").getAttribute("aria-invalid")).toBe("true");
  });

  test("after “Older notes”, Back from a note shows the same page again, and “Newer notes” shows the previous page", async ({
    open,
  }) => {
    const page = await open({ as: "user", javaScript });
    for (let count = 0; count < 21; count++) await make(page, `Note ${count}.`);
    await page.goto("/notes");
    const newest = await titles(page);
    await page.getByRole("link", { name: "Older notes" }).click();
    await row(page, "Note 0.").waitFor();
    if (javaScript) await expectFocus(page, "Notes");
    expect(await titles(page)).toHaveLength(1);
    await openNote(page, "Note 0.");
    expect(await titles(page)).toEqual(["Note 0."]);
    await page.goBack();
    await page.getByRole("heading", { level: 1, name: "Notes" }).waitFor();
    expect(await titles(page)).toEqual(["Note 0."]);
    await page.goBack();
    await row(page, "Note 20.").waitFor();
    await page.goForward();
    await row(page, "Note 0.").waitFor();
    await page.getByRole("link", { name: "Newer notes" }).click();
    await row(page, "Note 20.").waitFor();
    if (javaScript) await expectFocus(page, "Notes");
    expect(await titles(page)).toEqual(newest);
    expect(await page.getByRole("link", { name: "Newer notes" }).count()).toBe(0);
  });

  test("the form for a new note opens by its link, and closes by Cancel with its text", async ({ open }) => {
    const page = await open({ as: "user", width: 360, javaScript });
    await make(page, "Tea");
    await page.goto("/notes");
    const height = async () => (await composer(page).boundingBox())?.height ?? 0;
    expect(await height()).toBeLessThan(2);
    expect((await row(page, "Tea").boundingBox())?.y).toBeLessThanOrEqual(300);
    await page.getByRole("link", { name: "New note" }).click();
    await expectFocus(page, "Title");
    await page.keyboard.type("Typed");
    expect(await height()).toBeGreaterThan(100);
    await page.getByRole("link", { name: "Cancel" }).click();
    await expectFocus(page, "New note");
    expect(await height()).toBeLessThan(2);
    await page.keyboard.press("Enter");
    await expectFocus(page, "Title");
    expect(await composer(page).getByLabel("Title").inputValue()).toBe("Typed");
  });
});

test("on a wide screen, the list stays beside the open note, which its row shows", async ({ open }) => {
  const page = await open({ as: "user" });
  for (let count = 0; count < 18; count++) await make(page, `Note ${count}.`);
  await make(page, "Tea");
  await page.goto(`/notes/${await make(page, "Coffee")}`);
  const marked = page.locator("#note-list [aria-current]");
  expect(await marked.allTextContents()).toEqual(["Coffee"]);
  await row(page, "Note 0.").scrollIntoViewIfNeeded();
  const scrollTop = () => page.evaluate<number>("document.querySelector('.list-pane').scrollTop");
  const scrolled = await scrollTop();
  expect(scrolled).toBeGreaterThan(0);
  await openNote(page, "Note 1.");
  await expectFocus(page, "Note 1.");
  expect(await marked.allTextContents()).toEqual(["Note 1."]);
  expect(await scrollTop()).toBe(scrolled);

  // A search and other pages of the list leave the note open.
  await search(page).fill("tea");
  await expect.poll(() => titles(page)).toEqual(["Tea"]);
  await page.reload();
  expect(await titles(page)).toEqual(["Tea"]);
  await page.getByRole("heading", { level: 1, name: "Note 1." }).waitFor();
  await page.goBack();
  await page.getByRole("heading", { level: 1, name: "Coffee" }).waitFor();
  await closeNote(page);
});

test("by keyboard, a note is added and the form is ready for the next one; then it is edited, and deleted with Undo in reach", async ({
  open,
}) => {
  const page = await open({ as: "user" });
  await page.goto("/notes");
  await page.getByRole("link", { name: "New note" }).focus();
  await page.keyboard.press("Enter");
  for (const title of ["Typed", "Next"]) {
    await expectFocus(page, "Title");
    await page.keyboard.type(title);
    await page.keyboard.press("Tab");
    await page.keyboard.type("A text");
    await page.keyboard.press("Control+Enter");
    await row(page, title).waitFor();
  }
  await expectFocus(page, "Title");
  await page.keyboard.press("Escape");
  await expectFocus(page, "New note");

  await page.getByRole("button", { name: "Actions: Next" }).focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expectFocus(page, "Title");
  await page.keyboard.press("Escape");
  await expectFocus(page, "Next");
  await page.getByRole("link", { name: "Edit", exact: true }).focus();
  await page.keyboard.press("Enter");
  await expectFocus(page, "Title");
  await page.keyboard.press("End");
  await page.keyboard.type(" one");
  await page.keyboard.press("Enter");
  await expectFocus(page, "Next one");

  await page.getByRole("button", { name: "Actions: Typed" }).focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expectFocus(page, "Undo");
  await page.keyboard.press("Enter");
  await expectFocus(page, "Typed");
  expect(await titles(page)).toEqual(["Next one", "Typed"]);
  await page.getByRole("heading", { level: 1, name: "Next one" }).waitFor();
});

test("Back shows no deleted note", async ({ open }) => {
  const page = await open({ as: "user" });
  await make(page, "Tea");
  await page.goto("/notes");
  await openNote(page, "Tea");
  await closeNote(page);
  await choose(page, "Delete", "Tea");
  await expectShown(page, "“Tea” was deleted.");
  await page.goBack();
  await page.getByRole("heading", { name: "Not found" }).waitFor();
  expect(await page.getByRole("button", { name: /Delete|More/ }).count()).toBe(0);
});

test("if the note was deleted elsewhere, the page says so, and the text stays", async ({ open }) => {
  const page = await open({ as: "user" });
  const other = await open({ beside: page });
  await make(page, "Tea");
  await page.goto("/notes");
  await choose(page, "Edit", "Tea");
  await editor(page).getByLabel("Text").fill("typed");
  await other.goto("/notes");
  await choose(other, "Delete", "Tea");
  await expectShown(other, "was deleted");
  await editor(page).getByRole("button", { name: "Save" }).click();
  await expectShown(page, "There is nothing at this address.");
  expect(await editor(page).getByLabel("Text").inputValue()).toBe("typed");
  await other.getByRole("button", { name: "Undo" }).click();
  await row(other, "Tea").waitFor();
  await editor(page).getByRole("button", { name: "Save" }).click();
  await editor(page).waitFor({ state: "detached" });
});

test("hostile texts are shown as they are, and do nothing", async ({ open }) => {
  const page = await open({ as: "user" });
  await page.goto("/notes");
  const texts = HOSTILE.slice(0, 10).map((text) => text.replaceAll("\r\n", " "));
  for (const text of texts) await add(page, text, text);
  await page.reload();
  expect(await titles(page)).toEqual(texts.toReversed());
  expect(new URL(page.url()).pathname).toBe("/notes");
});

test("the pages are accessible, and fit into 360 pixels", async ({ open }) => {
  const page = await open({ as: "user", width: 360 });
  await page.goto("/notes");
  await expectAccessible(page);
  await add(page, "W".repeat(200), "x".repeat(2000));
  await expectAccessible(page);
  await make(page, "Tea", "Green");
  await page.goto("/notes");
  await choose(page, "Delete", "Tea");
  await expectShown(page, "was deleted.");
  await expectToFit(page);
  await expectAccessible(page);
  await rows(page).getByRole("link", { name: "WWW" }).click();
  await page.getByRole("heading", { level: 1, name: "WWW" }).waitFor();
  expect(await page.locator(".list-pane").isVisible()).toBe(false);
  await expectToFit(page);
  await expectAccessible(page);
  await page.getByRole("link", { name: "Edit", exact: true }).click();
  await editor(page).waitFor();
  await expectToFit(page);
  await expectAccessible(page);
  await page.setViewportSize({ width: 1280, height: 800 });
  await expectAccessible(page);
});
