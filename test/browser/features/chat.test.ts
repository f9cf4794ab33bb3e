/** A chat room in the browser: history, who is here, what becomes of a message, a connection that is lost. */
import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { HOSTILE } from "../../hostile-text.ts";
import { expectAccessible, expectShown, expectSoon, expectToFit, test } from "../fixture.ts";

const newRoom = () => `room-${crypto.randomUUID()}`;
const say = async (page: Page, text: string) => {
  await page.getByLabel("Message", { exact: true }).fill(text);
  await page.keyboard.press("Enter");
};
const textsOf = (page: Page) => page.locator(".messages .text").allTextContents();

describe("with JavaScript", () => {
  test("two people talk, see each other, and what became of each message", async ({ open }) => {
    const room = newRoom();
    const [ada, grace] = [await open({ as: "admin" }), await open({ as: "user" })];
    await ada.goto(`/chat/${room}`);
    await expectShown(ada, "Connected");
    await grace.goto(`/chat/${room}`);
    await expectShown(ada, "Here: Ada and Grace");
    await say(ada, "Hello Grace");
    await expectShown(grace, "Hello Grace");
    await expectShown(ada, "Sent");
    await say(grace, "Hello Ada");
    await expectShown(ada, "Hello Ada");
    expect(await textsOf(ada)).toEqual(["Hello Grace", "Hello Ada"]);
    expect(await textsOf(grace)).toEqual(await textsOf(ada));
    await grace.close();
    await ada.getByText("Here: Ada", { exact: true }).waitFor();
    await ada.reload();
    expect(await textsOf(ada)).toEqual(["Hello Grace", "Hello Ada"]);
  });

  test("what is written while the connection is away is sent when it is back, and nothing is missed", async ({
    open,
  }) => {
    const room = newRoom();
    const [ada, grace] = [await open({ as: "admin" }), await open({ as: "user" })];
    // The way to the server, which can be closed.
    let isAway = false;
    const sockets: { close(): Promise<void> }[] = [];
    await ada.routeWebSocket(/\/ws\/chat\//, async (socket) => {
      if (isAway) return socket.close();
      socket.connectToServer();
      sockets.push(socket);
    });
    for (const page of [ada, grace]) {
      await page.goto(`/chat/${room}`);
      await expectShown(page, "Connected");
    }
    isAway = true;
    for (const socket of sockets.splice(0)) await socket.close();
    await expectShown(ada, "Reconnecting");
    await say(ada, "Written alone");
    await expectShown(ada, "Sending …");
    await say(grace, "Meanwhile");
    await expectShown(grace, "Sent");
    isAway = false;
    await expectShown(grace, "Written alone");
    await expectShown(ada, "Connected");
    expect(await textsOf(ada)).toEqual(["Meanwhile", "Written alone"]);
  });

  test("earlier messages come at a click, above the others", async ({ open }) => {
    const page = await open({ as: "user" });
    await page.goto(`/chat/${newRoom()}`);
    await expectShown(page, "Connected");
    for (let n = 1; n <= 55; n++) await say(page, `message ${n}`);
    await expectSoon(page, "document.querySelectorAll('.chat-message:not(.waiting)').length === 55");
    await page.reload();
    expect(await textsOf(page)).toHaveLength(50);
    await page.getByRole("link", { name: "Earlier messages" }).click();
    await expectShown(page, "message 1");
    await expectSoon(page, "document.querySelectorAll('.chat-message').length === 55");
    expect(await textsOf(page)).toEqual(Array.from({ length: 55 }, (_, n) => `message ${n + 1}`));
  });

  test("hostile texts are shown as they were written, and run nothing", async ({ open }) => {
    const page = await open({ as: "user" });
    await page.goto(`/chat/${newRoom()}`);
    await expectShown(page, "Connected");
    for (const text of HOSTILE) await say(page, text);
    await expectSoon(page, `document.querySelectorAll('.chat-message:not(.waiting)').length === ${HOSTILE.length}`);
    // A text area has one kind of line end.
    const expected = HOSTILE.map((text) => text.replaceAll("\r\n", "\n"));
    expect(await textsOf(page)).toEqual(expected);
    expect(await page.locator(".messages .text *").count()).toBe(0);
    await page.reload();
    expect(await textsOf(page)).toEqual(expected);
    expect(await page.locator(".messages .text *").count()).toBe(0);
  });

  test("another room is a form away; Shift+Enter makes a line", async ({ open }) => {
    const page = await open({ as: "user" });
    await page.goto("/chat");
    const room = newRoom();
    await page.getByLabel("Another room").fill(room);
    await page.keyboard.press("Enter");
    await page.waitForURL(`/chat/${room}`);
    await page.getByLabel("Message", { exact: true }).fill("one");
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("two");
    await page.keyboard.press("Enter");
    await page.locator(".chat-message:not(.waiting)").waitFor();
    expect(await textsOf(page)).toEqual(["one\ntwo"]);
  });

  test("on plain http off localhost, where browsers lack crypto.randomUUID, messages are sent", async ({ open }) => {
    const page = await open({ as: "user" });
    await page.addInitScript("delete Crypto.prototype.randomUUID");
    await page.goto(`/chat/${newRoom()}`);
    await expectShown(page, "Connected");
    expect(await page.evaluate("crypto.randomUUID")).toBeUndefined();
    await say(page, "Hello");
    await expectShown(page, "Sent");
    await page.reload();
    expect(await textsOf(page)).toEqual(["Hello"]);
  });

  test("a script that cannot be loaded is reported, and the form works without it", async ({ open }) => {
    const page = await open({ as: "user" });
    await page.route("**/chat/chat-client*.js", (route) => route.abort());
    await page.goto(`/chat/${newRoom()}`);
    await expectShown(page, "Part of this page does not work.");
    await page.getByLabel("Message", { exact: true }).fill("Hello");
    await page.getByRole("button", { name: "Send" }).click();
    await expectShown(page, "Hello");
    expect(await textsOf(page)).toEqual(["Hello"]);
  });

  test("the page is accessible, fits into 360 pixels and keeps still", async ({ open }) => {
    const page = await open({ as: "user", width: 360 });
    await page.goto(`/chat/${newRoom()}`);
    await expectShown(page, "Connected");
    await expectAccessible(page);
    await say(page, "a very-long-word-".repeat(20));
    await page.locator(".chat-message:not(.waiting)").waitFor();
    await expectToFit(page);
    await expectAccessible(page);
  });
});

test("without JavaScript one reads, writes, and loads the page again", async ({ open }) => {
  const page = await open({ as: "user", javaScript: false });
  const room = newRoom();
  await page.goto(`/chat/${room}`);
  await expectShown(page, "No messages yet.");
  await page.getByLabel("Message", { exact: true }).fill("Without a script");
  await page.getByRole("button", { name: "Send" }).click();
  await expectShown(page, "Without a script");
  const loaded = page.waitForEvent("load");
  await page.getByRole("link", { name: "reload the page" }).click();
  await loaded;
  expect(await textsOf(page)).toEqual(["Without a script"]);
});
