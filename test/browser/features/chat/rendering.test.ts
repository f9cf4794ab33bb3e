/** The server and the script show messages alike: as written, in groups, and by the days of the reader's time zone. */
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { MESSAGE_TEXTS } from "../../../features/chat/message-texts.ts";
import { HOSTILE } from "../../../hostile-text.ts";
import { expectShown, test } from "../../fixture.ts";
import { expectMessages, fakeRoom, newRoom, sayAll, textsOf } from "./room.ts";

const TEXTS = [...HOSTILE, ...MESSAGE_TEXTS.map(([text]) => text)].slice(-50);

/** The HTML of all messages, without the words about their delivery. */
const htmlOf = (page: Page) =>
  page
    .locator(".messages ol > li")
    .evaluateAll((items) => items.map((item) => item.outerHTML.replace(/(<span class="delivery">)[^<]*/, "$1")));

/** The text that a reader copies by selecting a message. */
const copyOf = (page: Page) =>
  page.evaluate<string[]>(`[...document.querySelectorAll(".messages .text")].map((text) => {
    getSelection().selectAllChildren(text);
    return String(getSelection());
  })`);

test("texts are shown and copied as they were written, both by the script and by the server", async ({ open }) => {
  const [page, reader] = [await open({ as: "user" }), await open({ as: "user" })];
  const room = newRoom();
  for (const each of [page, reader]) {
    await each.goto(`/chat/${room}`);
    await expectShown(each, "Connected");
  }
  await sayAll(page, TEXTS);
  await expectMessages(page, TEXTS.length);
  await expectMessages(reader, TEXTS.length);
  // A text area has one kind of line end.
  const expected = TEXTS.map((text) => text.replaceAll("\r\n", "\n"));
  const live = await htmlOf(reader);
  for (const each of [page, reader]) {
    expect(await textsOf(each)).toEqual(expected);
    expect(await copyOf(each)).toEqual(expected);
    await each.reload();
    expect(await textsOf(each)).toEqual(expected);
  }
  expect(await htmlOf(reader)).toEqual(live);
  expect(await reader.locator(".messages .text :not(a, code, .mark)").count()).toBe(0);
});

/** The days, and the first message of each group with the number of its messages. */
const outlineOf = (page: Page) =>
  page.locator(".messages ol > li").evaluateAll((items) =>
    items.map((item) => {
      if (item.matches(".day")) return "day";
      const text = item.querySelector(".text")?.textContent;
      return item.matches(".first") ? `${item.querySelector(".sender")?.textContent}: ${text}` : text;
    }),
  );

test("groups and days are those of the reader's time zone, live and after loading the page", async ({ open }) => {
  const page = await open({ as: "user" });
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setTimezoneOverride", { timezoneId: "America/New_York" });
  const room = await fakeRoom(page);
  const path = `/chat/${newRoom()}`;
  await page.goto(path);
  await expectShown(page, "Connected");
  const ada = { id: "ada", name: "Ada" };
  // Midnight in New York is at 05:00 UTC.
  room.say("one", { at: "2026-01-01T23:58:00.000Z" });
  room.say("two", { at: "2026-01-02T00:01:00.000Z" });
  room.say("three", { at: "2026-01-02T00:06:00.000Z" });
  room.say("four", { at: "2026-01-02T04:59:00.000Z", sender: ada });
  room.say("five", { at: "2026-01-02T05:00:00.000Z", sender: ada });
  room.say("six", { at: "2026-01-02T05:01:00.000Z", sender: ada });
  await expectShown(page, "six");
  const outline = ["day", "Grace: one", "two", "Grace: three", "Ada: four", "day", "Ada: five", "six"];
  expect(await outlineOf(page)).toEqual(outline);
  expect(await page.locator(".day time").allTextContents()).toEqual([
    expect.stringContaining("1"),
    expect.stringContaining("2"),
  ]);
  // A page of the server, which separates the days of UTC.
  const live = await page.locator(".messages ol").innerHTML();
  const days = live
    .replaceAll(/<li class="day">.*?<\/li>/g, "")
    .replace('<li class="chat-message first" data-seq="2"', "$&");
  const separator =
    '<li class="day"><time datetime="2026-01-02T00:01:00.000Z" data-format="day">2026-01-02</time></li>';
  const served = days.replace(
    '<li class="chat-message" data-seq="2"',
    `${separator}<li class="chat-message first" data-seq="2"`,
  );
  await page.route(`**${path}`, async (route) => {
    const response = await route.fetch();
    const body = (await response.text()).replace(/(<ol [^>]*>)<\/ol>/, (_, tag) => `${tag}${served}</ol>`);
    await route.fulfill({ response, body });
  });
  await page.reload();
  await expectShown(page, "Connected");
  expect(await outlineOf(page)).toEqual(outline);
});
