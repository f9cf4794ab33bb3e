/** The pages of notes never lose text: not after a lost response or a refusal, and not when the user leaves. */
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { apiOf, expectShown, test } from "../../fixture.ts";
import {
  choose,
  closeNote,
  composer,
  edit,
  editor,
  expectFocus,
  loseRequest,
  loseResponse,
  make,
  openNote,
  row,
  rows,
  search,
  titles,
  write,
} from "./notes-page.ts";

const toasts = (page: Page) => page.locator("#messages .message");

test("a note whose response was lost is added once, and shown, although the list was a search", async ({ open }) => {
  const page = await open({ as: "user" });
  await page.goto("/notes?q=zzz");
  await expectShown(page, "No matching notes.");
  await write(page, "Tea", "Green");
  await loseResponse(page, "/notes");
  await page.keyboard.press("Control+Enter");
  await expectShown(page, /unknown whether this was saved.*submitting it again is safe/);
  expect(await composer(page).getByLabel("Text").inputValue()).toBe("Green");

  await page.keyboard.press("Control+Enter");
  await row(page, "Tea").waitFor();
  await expect.poll(() => toasts(page).count()).toBe(0);
  expect(await search(page).inputValue()).toBe("");
  expect(await page.getByText(/zzz|No matching/).count()).toBe(0);
  expect(await titles(page)).toEqual(["Tea"]);
  await page.reload();
  expect(await titles(page)).toEqual(["Tea"]);
  expect(await composer(page).getByLabel("Title").inputValue()).toBe("");
});

test("an edit whose responses were lost is saved without a conflict: the same text, and more text after a reload", async ({
  open,
}) => {
  const page = await open({ as: "user" });
  const id = await make(page, "Tea", "Green");
  const text = () => editor(page).getByLabel("Text");
  const submitInVain = async (lose = loseResponse) => {
    await lose(page, `/notes/${id}`);
    await text().press("Control+Enter");
    await page.locator(".htmx-request").waitFor({ state: "detached" });
    await expectShown(page, /unknown whether this was saved/);
  };
  await edit(page, id, "White");
  await submitInVain();
  await editor(page).getByRole("button", { name: "Save" }).click();
  await page.getByRole("heading", { level: 1, name: "Tea" }).waitFor();
  expect(await page.getByText("changed elsewhere").count()).toBe(0);
  expect(await toasts(page).count()).toBe(0);
  await expectShown(page, "White");

  await page.getByRole("link", { name: "Edit", exact: true }).click();
  await text().fill("White leaves");
  await submitInVain();
  await text().fill("White leaves from");
  await submitInVain(loseRequest);
  await page.reload();
  expect(await text().inputValue()).toBe("White leaves from");
  // Another tab with the same draft has not seen the text that this tab saves.
  const other = await open({ beside: page });
  await edit(other, id, "White leaves by boat");
  await text().fill("White leaves from China");
  await editor(page).getByRole("button", { name: "Save" }).click();
  await editor(page).waitFor({ state: "detached" });
  await expectShown(page, "White leaves from China");
  expect(await page.getByText("changed elsewhere").count()).toBe(0);
  await editor(other).getByRole("button", { name: "Save" }).click();
  await expectShown(other, "This note was changed elsewhere");
});

test("Undo restores a deleted note with its half-written edit, which another tab continues; a draft of a note that stays deleted is removed after 30 days", async ({
  open,
}) => {
  const page = await open({ as: "user" });
  const id = await make(page, "Tea", "Green");
  const other = await open({ beside: page });
  const draftOf = () =>
    page.evaluate<string | null>(`localStorage.getItem("draft:" + document.body.dataset.user + ":notes/${id}")`);
  const openDaysLater = async (days: number) => {
    await page.clock.setSystemTime(Date.now() + days * 24 * 60 * 60 * 1000);
    await page.goto("/notes");
    await page.getByRole("heading", { level: 1, name: "Notes" }).waitFor();
  };
  await edit(page, id, "White");
  await page.keyboard.press("Escape");
  await page.getByRole("link", { name: "Continue editing" }).waitFor();
  await other.goto(`/notes/${id}?edit`);
  await expectShown(other, "Your unsaved text was restored.");

  await choose(page, "Delete", "Tea");
  await page.getByRole("button", { name: "Undo" }).waitFor();
  await editor(other).getByLabel("Text").fill("White leaves");
  await other.goto("/notes");
  await page.getByRole("button", { name: "Undo" }).click();
  await row(page, "Tea").waitFor();
  await expectShown(page, "“Tea” was restored.");
  await openDaysLater(31);
  await openNote(page, "Tea");
  await page.getByRole("link", { name: "Continue editing" }).click();
  await editor(page).waitFor();
  expect(await editor(page).getByLabel("Text").inputValue()).toBe("White leaves");

  await openDaysLater(0);
  await choose(page, "Delete", "Tea");
  await page.getByRole("button", { name: "Undo" }).waitFor();
  await openDaysLater(29);
  expect(await draftOf()).toContain("White leaves");
  await openDaysLater(31);
  expect(await draftOf()).toBeNull();
});

test("a half-written note and a half-written edit survive a reload, a link, Back, and closing the page", async ({
  open,
}) => {
  const page = await open({ as: "user" });
  const id = await make(page, "Tea", "Green");
  await edit(page, id, "White");
  await write(page, "Half", "written");
  const expectDrafts = async (shown: Page) => {
    expect(await editor(shown).getByLabel("Text").inputValue()).toBe("White");
    expect(await composer(shown).getByLabel("Title").inputValue()).toBe("Half");
    expect(await composer(shown).getByLabel("Text").inputValue()).toBe("written");
    expect((await composer(shown).boundingBox())?.height).toBeGreaterThan(100);
  };
  await page.reload();
  await expectDrafts(page);
  await closeNote(page);
  expect(await composer(page).getByLabel("Text").inputValue()).toBe("written");
  await page.goBack();
  await editor(page).waitFor();
  await expectDrafts(page);
  await page.close();

  const later = await open({ beside: page });
  await later.goto("/notes");
  await openNote(later, "Tea");
  await later.getByRole("link", { name: "Continue editing" }).click();
  await editor(later).waitFor();
  await expectDrafts(later);
  await editor(later).getByRole("button", { name: "Discard" }).click();
  expect(await editor(later).getByLabel("Text").inputValue()).toBe("Green");
  await later.keyboard.press("Escape");
  await later.getByRole("link", { name: "Edit", exact: true }).waitFor();
});

test("Escape leaves the editor, whose text is restored; choosing the current version discards it", async ({ open }) => {
  const page = await open({ as: "user" });
  const id = await make(page, "Tea", "Green");
  await edit(page, id, "mine");
  await page.keyboard.press("Escape");
  await expectFocus(page, "Tea");
  await page.getByRole("link", { name: "Continue editing" }).click();
  await expectShown(page, "Your unsaved text was restored.");
  const change = (body: string) => apiOf(page)["PATCH /api/notes/:id"]({ params: { id }, body: { body } });
  await change("theirs");
  await page.keyboard.press("Control+Enter");
  await expectShown(page, "This note was changed elsewhere");
  await change("theirs, later");
  await page.reload();
  expect(await editor(page).getByLabel("Text").inputValue()).toBe("mine");
  await page.keyboard.press("Control+Enter");
  await expectShown(page, "This note was changed elsewhere");
  await page.getByRole("link", { name: "Keep the current version" }).click();
  await page.getByRole("link", { name: "Edit", exact: true }).click();
  await expect.poll(() => editor(page).getByLabel("Text").inputValue()).toBe("theirs, later");
  expect(await rows(page).count()).toBe(1);
});
