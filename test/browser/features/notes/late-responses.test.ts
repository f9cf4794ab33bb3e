/** Text that is typed before a response arrives, with and without HTMX, and responses that arrive late. */
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { apiOf, expectShown, test } from "../../fixture.ts";
import { choose, composer, delayRequest, edit, editor, expectFocus, make, openNote, row, write } from "./notes-page.ts";

test("text that is typed while a new note is saved stays in the form, and so does the focus", async ({ open }) => {
  const page = await open({ as: "user" });
  await page.goto("/notes");
  await write(page, "Tea", "Green");
  // As if the user had changed its height. The Content Security Policy does not allow a style attribute in a response.
  await page.evaluate("document.querySelector('#new-body').style.height = '200px'");
  const goOn = await delayRequest(page, "/notes");
  await page.keyboard.press("Control+Enter");
  await page.keyboard.type(" leaves");
  goOn();
  await row(page, "Tea").waitFor();
  await page.keyboard.type("!");
  expect(await composer(page).getByLabel("Text").inputValue()).toBe("Green leaves!");
  expect(await page.getByText("Your unsaved text was restored.").count()).toBe(0);
  await expectFocus(page, "Text");
  await page.reload();
  expect(await composer(page).getByLabel("Text").inputValue()).toBe("Green leaves!");
  expect(await page.locator(".excerpt").allTextContents()).toEqual(["Green"]);
});

test("text that is typed while an edit is saved stays in the form, and can be saved", async ({ open }) => {
  const page = await open({ as: "user" });
  const id = await make(page, "Tea", "Green");
  await edit(page, id, "White");
  const goOn = await delayRequest(page, `/notes/${id}`);
  await page.keyboard.press("Control+Enter");
  await page.keyboard.type(" leaves");
  goOn();
  await expectShown(page, "Saved, except for what you have typed since.");
  await page.keyboard.type("!");
  expect(await page.locator(".excerpt").textContent()).toBe("White");
  await page.reload();
  expect(await editor(page).getByLabel("Text").inputValue()).toBe("White leaves!");
  await editor(page).getByRole("button", { name: "Save" }).click();
  await editor(page).waitFor({ state: "detached" });
  await expectShown(page, "White leaves!");
  expect(await page.getByText("changed elsewhere").count()).toBe(0);
});

test("a response that arrives after another note was opened does not replace that note", async ({ open }) => {
  const page = await open({ as: "user" });
  const id = await make(page, "Tea", "Green");
  const other = await make(page, "Coffee");
  await edit(page, id, "White");
  const goOn = await delayRequest(page, `/notes/${id}`);
  await page.keyboard.press("Control+Enter");
  await openNote(page, "Coffee");
  goOn();
  await expectShown(page, "Your text was saved.");
  await expect.poll(() => row(page, "Tea").locator(".excerpt").textContent()).toBe("White");
  expect(new URL(page.url()).pathname).toBe(`/notes/${other}`);
  await page.getByRole("heading", { level: 1, name: "Coffee" }).waitFor();
  await openNote(page, "Tea");
  await expectShown(page, "White");
  expect(await page.getByText("Continue editing").count()).toBe(0);
});

test("a response that arrives after the same note was opened again shows the saved text", async ({ open }) => {
  const page = await open({ as: "user" });
  const id = await make(page, "Tea", "Green");
  await make(page, "Coffee");
  const text = page.locator(".open-note > .text");
  await edit(page, id, "White");
  const goOn = await delayRequest(page, `/notes/${id}`);
  await page.keyboard.press("Control+Enter");
  await openNote(page, "Coffee");
  await openNote(page, "Tea");
  expect(await text.textContent()).toBe("Green");
  await expectFocus(page, "Tea");
  goOn();
  await expect.poll(() => text.textContent()).toBe("White");
  await expectFocus(page, "Tea");
  expect(await page.getByRole("link", { name: "Edit", exact: true }).count()).toBe(1);
});

test("a response that arrives after the same note was edited again keeps the newer text, which can be saved", async ({
  open,
}) => {
  const page = await open({ as: "user" });
  const id = await make(page, "Tea", "Green");
  await make(page, "Coffee");
  await edit(page, id, "White");
  const goOn = await delayRequest(page, `/notes/${id}`);
  await page.keyboard.press("Control+Enter");
  await openNote(page, "Coffee");
  await openNote(page, "Tea");
  await page.getByRole("link", { name: "Continue editing" }).click();
  await expectShown(page, "Your unsaved text was restored.");
  await editor(page).getByLabel("Text").fill("White leaves");
  goOn();
  await expectShown(page, "Your text was saved.");
  await openNote(page, "Coffee");
  await openNote(page, "Tea");
  await page.getByRole("link", { name: "Continue editing" }).click();
  await editor(page).waitFor();
  expect(await editor(page).getByLabel("Text").inputValue()).toBe("White leaves");
  await editor(page).getByRole("button", { name: "Save" }).click();
  await editor(page).waitFor({ state: "detached" });
  await expectShown(page, "White leaves");
  expect(await page.getByText("changed elsewhere").count()).toBe(0);
});

/** As if the connection had failed. */
const blockHtmx = (page: Page) => page.route(/\/htmx[^/]*\.js$/, (route) => route.abort());

test("without HTMX, saved text is not restored, and text that is typed before the response arrives is kept", async ({
  open,
}) => {
  const page = await open({ as: "user" });
  await blockHtmx(page);
  await page.goto("/notes");
  await write(page, "Tea", "Green");
  const goOn = await delayRequest(page, "/notes");
  await page.keyboard.press("Control+Enter");
  await page.keyboard.type(" leaves");
  await page.keyboard.press("Control+Enter");
  goOn();
  await expectShown(page, "“Tea” was added.");
  expect(await composer(page).getByLabel("Text").inputValue()).toBe("Green leaves");
  await composer(page).getByRole("button", { name: "Add note" }).click();
  await expect.poll(() => row(page, "Tea").count()).toBe(2);
  expect(await composer(page).getByLabel("Title").inputValue()).toBe("");
  expect(await page.getByText("restored").count()).toBe(0);

  const id = await make(page, "Coffee", "Black");
  await edit(page, id, "White");
  await page.keyboard.press("Control+Enter");
  await expectShown(page, "“Coffee” was saved.");
  expect(await page.getByText("Continue editing").count()).toBe(0);
  await edit(page, id, "mine");
  await apiOf(page)["PATCH /api/notes/:id"]({ params: { id }, body: { body: "theirs" } });
  await page.keyboard.press("Control+Enter");
  await page.getByRole("link", { name: "Keep the current version" }).click();
  await page.getByRole("link", { name: "Edit", exact: true }).waitFor();

  await edit(page, id, "Brown");
  await page.goto(`/notes/${id}`);
  await expectShown(page, "Continue editing");
  await choose(page, "Delete", "Coffee");
  await page.getByRole("button", { name: "Undo" }).click();
  await expectShown(page, "“Coffee” was restored.");
  await page.goto(`/notes/${id}`);
  await expectShown(page, "Continue editing");
});
