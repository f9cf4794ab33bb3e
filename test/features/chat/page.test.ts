import { beforeEach, describe, expect, test } from "vitest";
import { type Account, type Browser, createAccount, openBrowser, send, signInAnswer, submit } from "../../harness.ts";
import { escaped, expectHarmless, HOSTILE } from "../../hostile-text.ts";
import { plainText } from "../../plain-browser.ts";
import { enter, message, newRoom } from "./chat.ts";

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
const say = (text: string, id: string = crypto.randomUUID()) => submit(browser, `/chat/${room}`, { id, text });
const textsOf = (html: string) => [...html.matchAll(/<p class="text">([^<]*)<\/p><\/li>/g)].map(([, text]) => text);

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
    expect([response.status, response.headers.get("Location")]).toEqual(signInAnswer(`/chat/${room}`));
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

  test("is stored once, however often the form is sent", async () => {
    const [, id = ""] = /name="id" value="([^"]+)"/.exec(await page()) ?? [];
    for (const same of [id, id, id.toUpperCase()]) expect((await say("once", same)).status).toBe(303);
    expect(textsOf(await page())).toEqual(["once"]);
  });

  test("that does not fit answers 400 with what was typed, and says why", async () => {
    const text = "x".repeat(4_001);
    const response = await say(text);
    const html = await response.text();
    expect([response.status, html.includes("must not exceed 4,000 characters")]).toEqual([400, true]);
    expect(html).toContain(`\n${text}</textarea>`);
    expect((await say("")).status).toBe(400);
    expect(textsOf(await page())).toEqual([]);
  });

  test("without the session's token, from another site, or to a bad room is refused", async () => {
    const refused = await submit(browser, `/chat/${room}`, { csrf: "", id: crypto.randomUUID(), text: "forged" });
    expect(refused.status).toBe(403);
    const headers = { ...browser.headers, "Sec-Fetch-Site": "cross-site" };
    const body = new URLSearchParams({ csrf: browser.csrf, id: crypto.randomUUID(), text: "forged" });
    expect((await send(`/chat/${room}`, { method: "POST", headers, body })).status).toBe(403);
    expect((await submit(browser, "/chat/Lobby", { id: crypto.randomUUID(), text: "lost" })).status).toBe(404);
    expect(textsOf(await page())).toEqual([]);
  });
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
    await submit(mallory, `/chat/${room}`, { id: crypto.randomUUID(), text: hostile });
  }
  const html = await page();
  await expectHarmless(html);
  for (const hostile of HOSTILE) {
    expect(html).toContain(`<p class="text">${escaped(hostile)}</p>`);
    expect(html).toContain(`<span class="sender">${escaped(hostile)}</span>`);
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
