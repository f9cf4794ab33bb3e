/** No text that a user writes in a room is lost: neither the text in the composer nor an unacknowledged message. */
import { expect } from "vitest";
import { expectShown, expectSoon, test } from "../../fixture.ts";
import { expectMessages, fakeRoom, newRoom, say, textsOf } from "./room.ts";

const composer = "Message";

test("the text in the composer survives a reload, a link and Back, and is cleared by sending it", async ({ open }) => {
  const page = await open({ as: "user" });
  const path = `/chat/${newRoom()}`;
  await page.goto(path);
  await expectShown(page, "Connected");
  const field = page.getByLabel(composer, { exact: true });
  await field.fill("half a mess");
  await page.reload();
  expect(await field.inputValue()).toBe("half a mess");
  await page.getByRole("link", { name: "lobby" }).click();
  await page.waitForURL("/chat/lobby");
  expect(await field.inputValue()).toBe("");
  await page.goBack();
  await expectShown(page, "Connected");
  expect(await field.inputValue()).toBe("half a mess");
  await expectShown(page, "Your unsaved text was restored.");
  await field.press("End");
  await page.keyboard.type("age");
  await page.keyboard.press("Control+Enter");
  await expectMessages(page, 1);
  expect(await page.getByText("Your unsaved text was restored.").count()).toBe(0);
  await page.reload();
  expect([await field.inputValue(), await textsOf(page)]).toEqual(["", ["half a message"]]);
});

test("if the script of the room cannot be loaded, a message that was sent is not restored", async ({ open }) => {
  const page = await open({ as: "user" });
  await page.route(/\/chat-page[^/]*\.js$/, (route) => route.abort());
  await page.goto(`/chat/${newRoom()}`);
  const field = page.getByLabel(composer, { exact: true });
  await field.fill("native");
  await field.press("Control+Enter");
  await expectShown(page, "Your message was sent.");
  expect([await field.inputValue(), await textsOf(page)]).toEqual(["", ["native"]]);
  expect(await page.getByText("Your unsaved text was restored.").count()).toBe(0);
});

test("unacknowledged messages survive a reload and a sign-in, and are sent again with their ids", async ({ open }) => {
  const page = await open({ as: "user" });
  const path = `/chat/${newRoom()}`;
  let room = await fakeRoom(page);
  await page.goto(path);
  await expectShown(page, "Connected");
  await say(page, "first");
  await say(page, "second");
  await expectSoon(page, "document.querySelectorAll('.waiting').length === 2");
  const sent = room.received.filter(({ type }) => type === "message");
  expect(sent.map(({ text }) => text)).toEqual(["first", "second"]);

  // Another room, and a page without the session, keep them; the list of rooms marks their room.
  await page.goto("/chat/lobby");
  await page.getByRole("link", { name: "(unsent messages)" }).waitFor();
  await page.reload();
  room = await fakeRoom(page);
  await page.goto(path);
  await expectSoon(page, "document.querySelectorAll('.waiting').length === 2");
  expect(await textsOf(page)).toEqual(["first", "second"]);
  await expectSoon(page, "document.querySelector('#chat').dataset.state === 'open'");
  expect(room.received.filter(({ type }) => type === "message")).toEqual(sent);
  room.acknowledge();
  await expectSoon(page, "!document.querySelector('.waiting')");
  await page.reload();
  await expectShown(page, "Connected");
  expect(await page.locator(".waiting").count()).toBe(0);
  expect(room.received.filter(({ type }) => type === "message")).toEqual(sent);
});

test("a message that was stored without an acknowledgement is shown once after a reload", async ({ open }) => {
  const page = await open({ as: "user" });
  // Acknowledgements and messages get lost on their way to the page.
  let isLossy = true;
  await page.routeWebSocket(/\/ws\/chat\//, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((data) => {
      if (!isLossy || String(data).includes('"welcome"')) socket.send(data);
    });
  });
  const path = `/chat/${newRoom()}`;
  await page.goto(path);
  await expectShown(page, "Connected");
  await say(page, "stored");
  await page.reload();
  await expectSoon(page, "document.querySelectorAll('.chat-message').length === 1");
  await page.reload();
  expect(await textsOf(page)).toEqual(["stored"]);
  isLossy = false;
  await page.reload();
  await expectShown(page, "Connected");
  await say(page, "next");
  await expectMessages(page, 2);
  expect(await textsOf(page)).toEqual(["stored", "next"]);
});

test("a refused message returns to the composer, before the text that was written meanwhile", async ({ open }) => {
  const page = await open({ as: "user" });
  const room = await fakeRoom(page);
  await page.goto(`/chat/${newRoom()}`);
  await expectShown(page, "Connected");
  await say(page, "refused");
  await expectSoon(page, "document.querySelectorAll('.waiting').length === 1");
  await page.getByLabel(composer, { exact: true }).fill("meanwhile");
  const [{ id } = { id: "" }] = room.received.filter(({ type }) => type === "message");
  room.tell({ type: "error", code: "bad_message", id, detail: "The message is not valid." });
  await expectShown(page, "The message is not valid.");
  expect(await page.getByLabel(composer, { exact: true }).inputValue()).toBe("refused\nmeanwhile");
  await page.reload();
  expect(await page.getByLabel(composer, { exact: true }).inputValue()).toBe("refused\nmeanwhile");
  expect(await page.locator(".chat-message").count()).toBe(0);
});

test("after its session has ended, the page asks to sign in, and the same user finds the text and the messages again", async ({
  open,
}) => {
  const page = await open({ as: "user" });
  const path = `/chat/${newRoom()}`;
  let fails = false;
  await page.routeWebSocket(/\/ws\/chat\//, (socket) => {
    if (fails) return void socket.close({ code: 4401 });
    const server = socket.connectToServer();
    socket.onMessage((data) => {
      if (!fails) server.send(data);
    });
  });
  await page.goto(path);
  await expectShown(page, "Connected");
  fails = true;
  await say(page, "not sent");
  await page.getByLabel(composer, { exact: true }).fill("half a message");
  const cookies = await page.context().cookies();
  await page.context().clearCookies();
  await page.goto(path);
  await page.context().addCookies(cookies);
  fails = false;
  await page.goto(path);
  await expectMessages(page, 1);
  expect(await textsOf(page)).toEqual(["not sent"]);
  expect(await page.getByLabel(composer, { exact: true }).inputValue()).toBe("half a message");
});
