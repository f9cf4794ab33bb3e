/** A chat room in the browser: its history, its users, the delivery of messages, and lost connections. */
import type { Page } from "playwright-core";
import { describe, expect } from "vitest";
import { expectAccessible, expectShown, expectToFit, test } from "../fixture.ts";
import { expectMessages, fakeRoom, isInView, newRoom, say, textsOf } from "./chat/room.ts";

/** Opens the menu of users, if it is not open. */
async function expectPeople(page: Page, count: string, ...names: string[]) {
  await page.getByRole("button", { name: `People in this room: ${count}`, exact: true }).waitFor();
  if (!(await page.locator("#people-list").isVisible())) await page.getByRole("button", { name: /^People/ }).click();
  expect(await page.locator("#people-list li > :last-child").allTextContents()).toEqual(names);
}

describe("with JavaScript", () => {
  test("two people talk, and see each other and the fate of each message", async ({ open }) => {
    const room = newRoom();
    const [ada, grace] = [await open({ as: "admin" }), await open({ as: "user" })];
    await ada.goto(`/chat/${room}`);
    await expectShown(ada, "Connected");
    await grace.goto(`/chat/${room}`);
    await expectPeople(ada, "2", "Ada", "Grace");
    await ada.keyboard.press("Escape");
    await say(ada, "Hello Grace");
    await expectShown(grace, "Hello Grace");
    await expectShown(ada, "Sent");
    await say(grace, "Hello Ada");
    await expectShown(ada, "Hello Ada");
    expect(await textsOf(ada)).toEqual(["Hello Grace", "Hello Ada"]);
    expect(await textsOf(grace)).toEqual(await textsOf(ada));
    await grace.close();
    await expectPeople(ada, "1", "Ada");
    await ada.reload();
    expect(await textsOf(ada)).toEqual(["Hello Grace", "Hello Ada"]);
  });

  test("in a full room, the page shows some names and the number of other users", async ({ open }) => {
    const page = await open({ as: "user" });
    const users = Array.from({ length: 50 }, (_, n) => ({ id: `${n}`, name: `User ${n + 10}` }));
    const names = users.map(({ name }) => name);
    const room = await fakeRoom(page, { count: 1_500, here: users });
    await page.goto(`/chat/${newRoom()}`);
    const you = "Zoe";
    await expectPeople(page, "1,500", ...names, you);
    await expectShown(page, "and 1,449 more");
    room.tell({ type: "presence", count: 1_499, joined: [], left: ["0"] });
    await expectPeople(page, "1,499", ...names.slice(1), you);
    room.tell({ type: "presence", count: 1_500, joined: [{ id: "a", name: "Ada" }], left: [] });
    await expectPeople(page, "1,500", "Ada", ...names.slice(1), you);
    room.tell({ type: "presence", count: 2, here: [users[3], { id: "me", name: you }] });
    await expectPeople(page, "2", "User 13", you);
    await expectAccessible(page);
  });

  test("messages written while disconnected are sent after reconnecting, and none is missed", async ({ open }) => {
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

  test("another room is a form away; Shift+Enter makes a line", async ({ open }) => {
    const page = await open({ as: "user" });
    await page.goto("/chat");
    const room = newRoom();
    await page.getByLabel("Another room").fill(room);
    await page.keyboard.press("Enter");
    await page.waitForURL(`/chat/${room}`);
    const rooms = page.getByRole("navigation", { name: "Rooms" }).getByRole("link");
    expect(await rooms.allTextContents()).toEqual(["#lobby", `#${room}`]);
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
    await page.route("**/chat/chat-page*.js", (route) => route.abort());
    await page.goto(`/chat/${newRoom()}`);
    await expectShown(page, "Part of this page does not work.");
    await page.getByLabel("Message", { exact: true }).fill("Hello");
    await page.getByRole("button", { name: "Send" }).click();
    await expectShown(page, "Hello");
    expect(await textsOf(page)).toEqual(["Hello"]);
  });

  test("at 360 pixels, the page is accessible and fits; messages take little height, and the log most of what a keyboard leaves", async ({
    open,
  }) => {
    const page = await open({ as: "user", width: 360 });
    await page.goto(`/chat/${newRoom()}`);
    await expectShown(page, "Connected");
    await expectAccessible(page);
    for (const text of [
      "Hello",
      "again",
      "a very-long-word-".repeat(20),
      "```\na very long line of code\n```".repeat(1),
    ])
      await say(page, text);
    await expectMessages(page, 4);
    const heights = await page
      .locator(".chat-message")
      .evaluateAll((items) => items.map((item) => item.getBoundingClientRect().height));
    expect(heights[0]).toBeLessThanOrEqual(40);
    expect(heights[1]).toBeLessThanOrEqual(24);
    await expectToFit(page);
    await expectAccessible(page);
    await page.getByRole("button", { name: "Rooms", exact: true }).click();
    await page.getByRole("link", { name: "lobby" }).waitFor();
    await expectAccessible(page);
    await page.keyboard.press("Escape");
    await page.setViewportSize({ width: 360, height: 400 });
    const log = await page.locator(".messages").boundingBox();
    expect(log?.height).toBeGreaterThanOrEqual(230);
    const composer = await page.getByLabel("Message", { exact: true }).boundingBox();
    expect((composer?.y ?? 400) + (composer?.height ?? 0)).toBeLessThanOrEqual(400);
    expect(await page.locator("meta[name=viewport]").getAttribute("content")).toContain(
      "interactive-widget=resizes-content",
    );
  });
});

test("without JavaScript, the page shows the latest messages, sends, and lists the rooms", async ({ open }) => {
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
  const text = Array.from({ length: 60 }, (_, n) => `line ${n}`).join("\n");
  for (const each of [text, "the latest"]) {
    await page.getByLabel("Message", { exact: true }).fill(each);
    await page.getByRole("button", { name: "Send" }).click();
  }
  await expectShown(page, "the latest");
  expect(await isInView(page, "the latest")).toBe(true);
  expect(await isInView(page, "Without a script")).toBe(false);
  await page.getByRole("link", { name: "lobby" }).click();
  await page.getByRole("link", { name: room }).click();
  await page.waitForURL(`/chat/${room}`);
});
