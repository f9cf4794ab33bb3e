/** Changing a note by form: in place and on its page, and where somebody else was first. */

import { beforeEach, describe, expect, test } from "vitest";
import { hashOf } from "../../../public/page/text-hash.js";
import { APP_NAME } from "../../../src/web/app/app-name.ts";
import {
  type Account,
  type Browser,
  createAccount,
  openBrowser,
  send,
  sendJson,
  signInResponse,
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
  expect(page).toMatch(new RegExp(`<title>Tea · ${APP_NAME}</title>[^]*<h1 [^>]*>Tea</h1>[^]*Green`));
  const form = await (await send(`/notes/${id}?edit`, { headers: browser.headers })).text();
  expect(form).toMatch(/name="version" value="1"[\s\S]*name="title"[^>]*value="Tea"[\s\S]*Green<\/textarea>/);
});

test("saving leads back to the note's page", async () => {
  const response = await change(browser, { ...typed, version: "1" });
  expect([response.status, response.headers.get("Location")]).toEqual([303, `/notes/${id}`]);
  expect(await read()).toMatchObject(typed);
});

test("HTMX gets the form and, after saving, the note, each to open beside the list", async () => {
  const form = await send(`/notes/${id}?edit`, { headers: htmx.headers });
  expect(await form.text()).toMatch(
    new RegExp(
      `^<title>Edit the note · ${APP_NAME}</title><div class="open-note">[^]*hx-post="/notes/${id}"[^]*</div>$`,
    ),
  );
  const saved = await change(htmx, { ...typed, version: "1" });
  expect([saved.status, saved.headers.get("Vary")]).toEqual([200, "HX-Request"]);
  expect(await saved.text()).toMatch(
    new RegExp(`^<title>My title · ${APP_NAME}</title><article class="open-note"[^]*<h1 [^>]*>My title</h1>`),
  );
});

test("a refused form comes back with the typed text and 400", async () => {
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

describe("if another request saved first", () => {
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

  test("a user who has seen both can save, and another text is a conflict again", async () => {
    const page = await (await change(browser, { ...typed, version: "1" })).text();
    const [, version = ""] = /name="version" value="(\d+)"/.exec(page) ?? [];
    expect(version).toBe("2");
    expect((await change(browser, { ...typed, version })).status).toBe(303);
    expect((await change(browser, { ...typed, body: "later", version })).status).toBe(412);
    expect(await read()).toMatchObject(typed);
  });
});

describe("a form whose response was lost, with more text,", () => {
  const first = { title: " My title", body: "my long\r\ntext" };
  const sent = hashOf([first.title, "my long\ntext"]);
  const other = hashOf(["My title", "my other text"]);

  test.each([
    ["is saved if the note has the text that the form has sent", sent, 303],
    ["is saved if the note has one of the texts that the form has sent", `${other} ${sent} ${other}`, 303],
    ["is a conflict if the form has sent another text", other, 412],
    ["is a conflict if the form, in another tab, has sent nothing", "", 412],
    ["is refused with a malformed hash", "x", 400],
  ])("%s", async (_, hashes, status) => {
    expect((await change(browser, { ...first, version: "1" })).status).toBe(303);
    const more = { ...typed, body: "my longer text", version: "1", sent: hashes };
    const response = await change(browser, more);
    expect(response.status).toBe(status);
    expect(await read()).toMatchObject({ body: status === 303 ? "my longer text" : "my long\ntext" });
    if (status === 412) expect((await change(htmx, more)).status).toBe(412);
  });

  test("is a conflict if the note has been changed since", async () => {
    await change(browser, { ...first, version: "1" });
    await sendJson("PATCH", `/api/notes/${id}`, { body: "theirs" }, me.headers);
    expect((await change(browser, { ...typed, version: "1", sent })).status).toBe(412);
    expect(await read()).toMatchObject({ body: "theirs" });
  });

  test("keeps its hashes if it is refused", async () => {
    const refused = await change(htmx, { title: " ", body: "kept", version: "1", sent });
    expect([refused.status, await refused.text()]).toEqual([
      400,
      expect.stringContaining(`name="sent" value="${sent}"`),
    ]);
  });
});

describe("without HTMX, the next page says that the text was saved, and names its draft", () => {
  test.each([
    [
      "a new note",
      () => submit(browser, "/notes", { submission: crypto.randomUUID(), ...typed }),
      () => 'saved-draft="notes/new"><p>“My title” was added.',
    ],
    [
      "an edit",
      () => change(browser, { ...typed, version: "1" }),
      () => `saved-draft="notes/${id}"><p>“My title” was saved.`,
    ],
    [
      "a deletion",
      () => submit(browser, `/notes/${id}/delete`, {}),
      () => `deleted-draft="notes/${id}"><p>“Tea” was deleted.`,
    ],
    [
      "an undone deletion",
      async () => {
        await submit(browser, `/notes/${id}/delete`, {});
        await send("/notes", { headers: browser.headers });
        return submit(browser, `/notes/${id}/restore`, {});
      },
      () => `restored-draft="notes/${id}"><p>“Tea” was restored.`,
    ],
  ])("%s", async (_, request, message) => {
    expect((await request()).status).toBe(303);
    const page = () => send("/notes", { headers: browser.headers }).then((response) => response.text());
    expect(await page()).toContain(`data-${message()}`);
    expect(await page()).not.toMatch(/data-(saved|deleted|restored)-draft/);
  });
});

test("HTMX gets an empty form again, and the list with the new note", async () => {
  const response = await submit(htmx, "/notes", { title: "New one", body: "" });
  expect([response.status, await response.text()]).toEqual([
    200,
    expect.stringMatching(
      /^<form [^>]*id="composer"[\s\S]*name="title" type="text" value=""[\s\S]*id="notes"[\s\S]*New one/,
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
  expect(await found.text()).toMatch(/^<section id="notes"[\s\S]*1 matching “<bdi>tea<\/bdi>”[\s\S]*Tea/);
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
  const [, location] = signInResponse("/notes?q=tea");
  expect([response.status, response.headers.get("HX-Redirect")]).toEqual([401, location]);
  const elsewhere = await send("/notes", {
    headers: { ...headers, "HX-Current-URL": "https://evil.example//evil.example" },
  });
  expect(elsewhere.headers.get("HX-Redirect")).toBe(signInResponse("/notes")[1]);
});

test("a refused HTMX request swaps nothing and says why", async () => {
  const response = await submit({ ...htmx, csrf: "" }, `/notes/${id}`, { ...typed, version: "1" });
  expect([response.status, response.headers.get("HX-Reswap")]).toEqual([403, "none"]);
  expect(JSON.parse(response.headers.get("HX-Trigger") ?? "")).toEqual({
    refused: expect.stringMatching(/another session/),
  });
});
