/** How the page of a chat room helps a reader: earlier and new messages, and other rooms with new ones. */
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { expectAccessible, expectShown, expectSoon, type Opening, test } from "../../fixture.ts";
import { expectMessages, isInView, newRoom, say, sayAll, textsOf } from "./room.ts";

/** Two users in a new room. */
async function meet(open: (opening: Opening) => Promise<Page>) {
  const [page, grace] = [await open({ as: "admin" }), await open({ as: "user" })];
  const room = newRoom();
  for (const each of [page, grace]) {
    await each.goto(`/chat/${room}`);
    await expectShown(each, "Connected");
  }
  return { page, grace, room };
}

const scrollTo = (page: Page, top: number) =>
  page.locator(".messages").evaluate((log, value) => log.scrollTo({ top: value }), top);
const yOf = async (page: Page, text: string) => (await page.getByText(text, { exact: true }).last().boundingBox())?.y;

test("loading earlier messages moves neither the visible text nor the focus; new messages wait below, behind a button", async ({
  open,
}) => {
  const { page, grace } = await meet(open);
  const texts = Array.from({ length: 120 }, (_, n) => `message ${n + 1}`);
  await sayAll(page, texts.slice(0, 60));
  await expectMessages(grace, 60);
  await sayAll(grace, texts.slice(60));
  for (const each of [page, grace]) await expectMessages(each, 120);
  await page.reload();
  expect(await textsOf(page)).toEqual(texts.slice(70));
  expect(await isInView(page, "message 120")).toBe(true);

  const [first = ""] = await textsOf(page);
  const link = page.getByRole("link", { name: "Earlier messages" });
  await link.focus();
  const y = await yOf(page, first);
  await page.evaluate(`document.addEventListener("htmx:afterSwap", () => {
    globalThis.liveAtSwap = document.querySelector(".messages").ariaLive;
  })`);
  await page.keyboard.press("Enter");
  await expectMessages(page, 100);
  expect(await yOf(page, first)).toBe(y);
  expect(await page.evaluate("[document.activeElement.id, liveAtSwap]")).toEqual(["earlier", "off"]);
  await page.keyboard.press("Enter");
  await expectMessages(page, 120);
  expect(await textsOf(page)).toEqual(texts);
  expect(await page.locator(".day").count()).toBe(1);
  // Nothing is left to load: the log has the focus, and announces new messages again.
  await expectSoon(page, "document.activeElement.matches('.messages') && !document.activeElement.ariaLive");

  await scrollTo(page, -600);
  const read = (await textsOf(page))[90] ?? "";
  const before = await yOf(page, read);
  await say(grace, "one");
  const button = page.getByRole("button", { name: "1 new message ↓" });
  await button.waitFor();
  await say(grace, "two");
  await say(grace, "three");
  await page.getByRole("button", { name: "3 new messages ↓" }).waitFor();
  expect(Math.abs(((await yOf(page, read)) ?? 0) - (before ?? 0))).toBeLessThanOrEqual(1);
  expect(await isInView(page, "three")).toBe(false);
  await expectAccessible(page);
  await page.getByRole("button", { name: "3 new messages ↓" }).click();
  expect(await isInView(page, "three")).toBe(true);
  expect(await page.locator(".jump").count()).toBe(0);
  expect(await page.evaluate("document.activeElement.matches('.messages')")).toBe(true);
  const marker = page.locator(".new-messages + .chat-message .text");
  expect(await marker.allTextContents()).toEqual(["one"]);
  await say(page, "read");
  await expectSoon(page, "!document.querySelector('.new-messages')");
});

test("messages that arrived while the user was away are below a marker, and their room is marked in the list", async ({
  open,
}) => {
  const { page, grace, room } = await meet(open);
  await say(grace, "seen");
  await expectMessages(page, 1);
  await expectShown(page, "seen");
  await page.goto("/chat/lobby");
  await expectShown(page, "Connected");
  const link = page.getByRole("navigation", { name: "Rooms" }).getByRole("link", { name: room });
  expect(await link.getAttribute("class")).toBe(null);
  const unseen = Array.from({ length: 40 }, (_, n) => `unseen ${n + 1}`);
  await sayAll(grace, unseen);
  await expectMessages(grace, 41);
  await page.reload();
  await page.getByRole("link", { name: `${room} (new messages)` }).waitFor();
  await expectAccessible(page);
  await link.click();
  await page.getByRole("button", { name: /^\d+ new messages ↓$/ }).waitFor();
  expect(await page.locator(".new-messages + .chat-message .text").allTextContents()).toEqual(["unseen 1"]);
  expect(await isInView(page, "unseen 1")).toBe(true);
  expect(await isInView(page, "unseen 40")).toBe(false);
  await page.getByRole("button", { name: "40 new messages ↓" }).click();
  await page.goto("/chat/lobby");
  await expectShown(page, "Connected");
  await page.goto(`/chat/${room}`);
  expect(await page.locator(".new-messages, .jump").count()).toBe(0);
});
