/** Changing a note by form: in place and on its page, and where somebody else was first. */

import { beforeEach, describe, expect, test } from "vitest";
import { APP_NAME } from "../../../src/web/app/app-name.ts";
import {
  type Account,
  type Browser,
  createAccount,
  openBrowser,
  send,
  sendJson,
  signInAnswer,
  submit,
} from "../../harness.ts";
import { createNote } from "./notes.ts";

let me: Account;
let browser: Browser;
let htmx: Browser;
let id: string;
beforeEach(async () => {
  me = await createAccount();
  browser = await openBrowser(me);
  htmx = { ...browser, headers: { ...browser.headers, ...{ "HX-Request": "true" } } };
  ({ id } = await createNote(me, "Tea", "Green"));
});

const change = (by: Browser, fields: Record<string, string>) => submit(by, `/notes/${id}`, fields);
const read = async () => (await send(`/api/notes/${id}`, { headers: me.headers })).json();
const typed = { title: "My title", body: "my long text" };

test("a note has a page, with its text and a form to change it", async () => {
  const page = await (await send(`/notes/${id}`, { headers: browser.headers })).text();
  expect(page).toMatch(new RegExp(`<title>Tea · ${APP_NAME}</title>[^]*<h1>Tea</h1>[^]*Green`));
  const form = await (await send(`/notes/${id}?edit`, { headers: browser.headers })).text();
  expect(form).toMatch(/name="version" value="1"[\s\S]*name="title"[^>]*value="Tea"[\s\S]*Green<\/textarea>/);
});

test("saving leads back to the note's page", async () => {
  const response = await change(browser, { ...typed, version: "1" });
  expect([response.status, response.headers.get("Location")]).toEqual([303, `/notes/${id}`]);
  expect(await read()).toMatchObject(typed);
});

test("HTMX gets the form and, when it saves, the note, each to be put in the note's place", async () => {
  const form = await send(`/notes/${id}?edit`, { headers: htmx.headers });
  expect(await form.text()).toMatch(new RegExp(`^<li [^>]*id="note-${id}"[\\s\\S]*hx-post="/notes/${id}"`));
  const saved = await change(htmx, { ...typed, version: "1" });
  expect([saved.status, saved.headers.get("Vary")]).toEqual([200, "HX-Request"]);
  expect(await saved.text()).toMatch(new RegExp(`^<li [^>]*id="note-${id}"[\\s\\S]*My title[\\s\\S]*</li>$`));
});

test("what is refused comes back with what was typed, and 400", async () => {
  for (const by of [browser, htmx]) {
    const response = await change(by, { title: " ", body: "kept", version: "1" });
    expect([response.status, await response.text()]).toEqual([
      400,
      expect.stringMatching(/The title is empty[\s\S]*kept/),
    ]);
  }
  expect((await change(browser, typed)).status).toBe(400);
  expect((await change(browser, { ...typed, version: "x" })).status).toBe(400);
  expect(await read()).toMatchObject({ title: "Tea" });
});

describe("where somebody else saved first", () => {
  beforeEach(async () => {
    await sendJson("PATCH", `/api/notes/${id}`, { title: "Their title", body: "their text" }, me.headers);
  });

  test("412 shows both, and nothing is overwritten", async () => {
    for (const by of [browser, htmx]) {
      const response = await change(by, { ...typed, version: "1" });
      const page = await response.text();
      expect(response.status).toBe(412);
      expect(page).toMatch(/Their title[\s\S]*their text[\s\S]*value="My title"[\s\S]*my long text<\/textarea>/);
      expect(await read()).toMatchObject({ title: "Their title" });
    }
  });

  test("who has seen both can save, and one who comes after is told again", async () => {
    const page = await (await change(browser, { ...typed, version: "1" })).text();
    const [, version = ""] = /name="version" value="(\d+)"/.exec(page) ?? [];
    expect(version).toBe("2");
    expect((await change(browser, { ...typed, version })).status).toBe(303);
    expect((await change(browser, { ...typed, version })).status).toBe(412);
    expect(await read()).toMatchObject(typed);
  });
});

test("HTMX adds a note to the list in place, and gets an empty form again", async () => {
  const response = await submit(htmx, "/notes", { title: "New one", body: "" });
  expect([response.status, await response.text()]).toEqual([
    200,
    expect.stringMatching(
      /^<form [^>]*id="composer"[\s\S]*name="title" type="text" value=""[\s\S]*afterbegin:#note-list[\s\S]*New one/,
    ),
  ]);
  const refused = await submit(htmx, "/notes", { title: "", body: "kept" });
  expect([refused.status, await refused.text()]).toEqual([
    400,
    expect.stringMatching(/^<form [\s\S]*kept<\/textarea>/),
  ]);
});

test("a search by HTMX gets the list alone, and an address to be shared", async () => {
  const ask = (query: string) => send(`/notes${query}`, { headers: htmx.headers });
  const found = await ask("?q=tea");
  expect(await found.text()).toMatch(/^<section id="notes"[\s\S]*1 matching “tea”[\s\S]*Tea/);
  expect([found.headers.get("HX-Replace-Url"), found.headers.get("Vary")]).toEqual(["/notes?q=tea", "HX-Request"]);
  expect((await ask("?q=")).headers.get("HX-Replace-Url")).toBe("/notes");
  expect((await send("/notes?q=tea", { headers: browser.headers })).headers.get("Vary")).toBe("HX-Request");
});

test("HTMX whose session has ended leads the whole page to the sign-in, and back", async () => {
  const headers = {
    "HX-Request": "true",
    "HX-Current-URL": "http://localhost/notes?q=tea",
    "Sec-Fetch-Site": "same-origin",
  };
  const response = await send(`/notes/${id}?edit`, { headers });
  const [, location] = signInAnswer("/notes?q=tea");
  expect([response.status, response.headers.get("HX-Redirect")]).toEqual([401, location]);
  const elsewhere = await send("/notes", {
    headers: { ...headers, "HX-Current-URL": "https://evil.example//evil.example" },
  });
  expect(elsewhere.headers.get("HX-Redirect")).toBe(signInAnswer("/")[1]);
});

test("what HTMX may not have swaps nothing, and says why", async () => {
  const response = await submit({ ...htmx, csrf: "" }, `/notes/${id}`, { ...typed, version: "1" });
  expect([response.status, response.headers.get("HX-Reswap")]).toEqual([403, "none"]);
  expect(JSON.parse(response.headers.get("HX-Trigger") ?? "")).toEqual({
    refused: expect.stringMatching(/another session/),
  });
});
