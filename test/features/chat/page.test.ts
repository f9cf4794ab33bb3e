import { beforeEach, describe, expect, test } from "vitest";
import { type Account, type Browser, createAccount, openBrowser, send, signInResponse, submit } from "../../harness.ts";
import { escaped, expectHarmless, HOSTILE } from "../../hostile-text.ts";
import { plainText } from "../../plain-browser.ts";
import { enter, message, newRoom, objectOf } from "./chat.ts";

let ada: Account;
let browser: Browser;
let room: string;
beforeEach(async () => {
  ada = await createAccount({ name: "Ada" });
  browser = await openBrowser(ada);
  room = newRoom();
});

const open = (path: string, headers: Record<string, string> = {}) =>
  send(path, { headers: { ...browser.headers, ...headers } });
const page = async (query = "") => (await open(`/chat/${room}${query}`)).text();
const say = (text: string, submission: string = crypto.randomUUID()) =>
  submit(browser, `/chat/${room}`, { submission, text });
const textsOf = (html: string) =>
  [...html.matchAll(/<p class="text" dir="auto">(.*?)<\/p><\/li>/gs)].map(([, text = ""]) =>
    text.replace(/<[^>]*>/g, ""),
  );

describe("/chat", () => {
  test("leads to the lobby, or to the room that was asked for", async () => {
    const locationOf = async (path: string) => (await open(path)).headers.get("Location");
    expect(await locationOf("/chat")).toBe("/chat/lobby");
    expect(await locationOf("/chat?room=tea-room")).toBe("/chat/tea-room");
    for (const bad of ["Tea", "", "a/b", "//evil.example", "x".repeat(65)])
      expect(await locationOf(`/chat?${new URLSearchParams({ room: bad })}`)).toBe("/chat/lobby");
  });

  test("leads a stranger to the sign-in page, and from there back", async () => {
    const response = await send(`/chat/${room}`, { headers: { Accept: "text/html" } });
    expect([response.status, response.headers.get("Location")]).toEqual(signInResponse(`/chat/${room}`));
  });

  test("of a room with another name is 404 as a page", async () => {
    for (const path of ["/chat/Lobby", `/chat/${"x".repeat(65)}`, "/chat/lobby?before=x"]) {
      const response = await open(path);
      expect([response.status, response.headers.get("Content-Type")]).toEqual([404, "text/html; charset=utf-8"]);
    }
  });
});

describe("a message sent by form", () => {
  test("is on the page, and reaches the sockets of the room", async () => {
    const grace = await createAccount({ name: "Grace" });
    const socket = await enter(grace, room);
    const response = await say("Hello");
    expect([response.status, response.headers.get("Location")]).toEqual([303, `/chat/${room}`]);
    expect((await socket.wait("message"))[0]).toMatchObject({ seq: 1, text: "Hello", sender: { name: "Ada" } });
    expect(textsOf(await page())).toEqual(["Hello"]);
  });

  test("is stored once, however often the form is sent; another text of the same form is another message", async () => {
    const [, id = ""] = /name="submission" value="([^"]+)"/.exec(await page()) ?? [];
    for (const same of [id, id, id.toUpperCase()]) expect((await say("once", same)).status).toBe(303);
    expect((await say("changed", id)).status).toBe(303);
    expect(textsOf(await page())).toEqual(["once", "changed"]);
  });

  test("of a form without an id is refused, and shown again with one", async () => {
    const response = await say("kept", "");
    const html = await response.text();
    expect([response.status, html.includes("\nkept</textarea>")]).toEqual([400, true]);
    expect(html).toMatch(/name="submission" value="[0-9a-f-]{36}"/);
  });

  test("has the line ends of the text area, and as many characters as it allows", async () => {
    const text = `a\r\n${"b".repeat(3_998)}`;
    expect((await say(text)).status).toBe(303);
    expect((await objectOf(room).history(null, 1)).map((stored) => stored.text)).toEqual([text.replace("\r", "")]);
  });

  test("that does not fit gets 400, with the typed text and the reason", async () => {
    const text = "x".repeat(4_001);
    const response = await say(text);
    const html = await response.text();
    expect([response.status, html.includes("must not exceed 4,000 characters")]).toEqual([400, true]);
    expect(html).toContain(`\n${text}</textarea>`);
    expect((await say("")).status).toBe(400);
    expect(textsOf(await page())).toEqual([]);
  });

  test("without the session's token, from another site, or to a bad room is refused", async () => {
    const refused = await submit(browser, `/chat/${room}`, {
      csrf: "",
      submission: crypto.randomUUID(),
      text: "forged",
    });
    expect(refused.status).toBe(403);
    const headers = { ...browser.headers, "Sec-Fetch-Site": "cross-site" };
    const body = new URLSearchParams({ csrf: browser.csrf, submission: crypto.randomUUID(), text: "forged" });
    expect((await send(`/chat/${room}`, { method: "POST", headers, body })).status).toBe(403);
    expect((await submit(browser, "/chat/Lobby", { submission: crypto.randomUUID(), text: "lost" })).status).toBe(404);
    expect(textsOf(await page())).toEqual([]);
  });
});

describe("the list of rooms", () => {
  const roomsOf = (html: string) => [...html.matchAll(/<a href="\/chat\/([^"]*)" data-room/g)].map(([, name]) => name);
  const visit = async (name: string, init: RequestInit = {}) =>
    roomsOf(await (await send(`/chat/${name}`, { ...init, headers: { ...browser.headers, ...init.headers } })).text());

  test("has the lobby and the rooms that this browser has visited, by name, the current one marked", async () => {
    expect(await visit("lobby")).toEqual(["lobby"]);
    await visit("tea-room");
    expect(await visit("design")).toEqual(["lobby", "design", "tea-room"]);
    expect(await visit("tea-room")).toEqual(["lobby", "design", "tea-room"]);
    expect(await (await open("/chat/design")).text()).toContain('data-room="design" aria-current="page"');
  });

  test("does not have rooms from refused or partial requests, or from other users", async () => {
    await visit("Tea");
    await visit("tea-room", { headers: { "HX-Request": "true" } });
    await visit("head", { method: "HEAD" });
    const other = await openBrowser(await createAccount());
    await send("/chat/other", { headers: other.headers });
    expect(await visit("lobby")).toEqual(["lobby"]);
  });

  test("has at most 10, and always the current one", async () => {
    for (let n = 10; n < 22; n++) await visit(`room-${n}`);
    const last = Array.from({ length: 9 }, (_, n) => `room-${n + 13}`);
    expect(await visit("room-21")).toEqual(["lobby", ...last]);
    expect(await visit("a-room")).toEqual(["lobby", "a-room", ...last.slice(1)]);
  });
});

test("the browser shows the page only after its script has separated the days of the reader's time zone", async () => {
  expect(await page()).toMatch(/<script type="module" src="[^"]*chat-page[^"]*" blocking="render">/);
});

test("a text browser shows the messages, or that there are none, and no empty message", async () => {
  expect(plainText(await page())).toContain("No messages yet.");
  await say("Hello");
  const text = plainText(await page());
  expect(text).toContain("Hello");
  expect(text).not.toMatch(/No messages yet|0000-00-00/);
});

test("texts and names come back escaped, wherever they are shown", async () => {
  for (const hostile of HOSTILE) {
    const mallory = await openBrowser(await createAccount({ name: hostile }));
    await submit(mallory, `/chat/${room}`, { submission: crypto.randomUUID(), text: hostile });
  }
  const html = await page();
  await expectHarmless(html);
  for (const hostile of HOSTILE) {
    expect(textsOf(html)).toContain(escaped(hostile.replaceAll("\r\n", "\n")));
    expect(html).toContain(`<bdi class="sender">${escaped(hostile)}</bdi>`);
    const refused = await (await say(hostile + "x".repeat(4_001))).text();
    expect(refused).toContain(escaped(hostile));
    await expectHarmless(refused);
  }
});

test("earlier messages are a link away, as a page and as the part that is swapped in", async () => {
  const socket = await enter(ada, room);
  for (let n = 1; n <= 60; n++) socket.send(message(`m${n}`));
  await socket.wait("ack", 60);
  const latest = await page();
  const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => `m${from + n}`);
  expect(textsOf(latest)).toEqual(range(11, 60));
  expect(latest).toContain(`href="/chat/${room}?before=11"`);
  const earlier = await page("?before=11");
  expect(textsOf(earlier)).toEqual(range(1, 10));
  expect(earlier).not.toContain("?before=");
  const part = await open(`/chat/${room}?before=11`, { "HX-Request": "true" });
  const html = await part.text();
  expect([textsOf(html), html.includes("<html")]).toEqual([range(1, 10), false]);
  expect(part.headers.get("Vary")).toContain("HX-Request");
  expect(textsOf(await page("?before=1"))).toEqual([]);
});
