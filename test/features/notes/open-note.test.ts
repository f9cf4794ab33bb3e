/** The page of a note: beside its list, edited, saved again. */
import { beforeEach, describe, expect, test } from "vitest";
import { type Account, type Browser, createAccount, openBrowser, send, sendJson, submit } from "../../harness.ts";
import { createNote, type Note } from "./notes.ts";

let me: Account;
let browser: Browser;
let htmx: Browser;
let note: Note;
beforeEach(async () => {
  me = await createAccount();
  browser = await openBrowser(me);
  htmx = { ...browser, headers: { ...browser.headers, ...{ "HX-Request": "true" } } };
  note = await createNote(me, "Tea", "Green");
});

const open = async (query = "", { headers } = browser) => send(`/notes/${note.id}${query}`, { headers });
const read = async () => (await send(`/api/notes/${note.id}`, { headers: me.headers })).json<Note>();
const save = (fields: object, by = browser, query = "") =>
  submit(by, `/notes/${note.id}${query}`, { title: "Tea", body: "White", version: "1", ...fields });
const changeElsewhere = (body: object) => sendJson("PATCH", `/api/notes/${note.id}`, body, me.headers);

test.each(["", "?edit"])("the page /notes/:id%s has the list of its address, with the note marked", async (edit) => {
  await createNote(me, "Coffee");
  const all = await (await open(edit)).text();
  expect([...all.matchAll(/class="title" id="open-([^"]*)"[^>]* aria-current="true"/g)].map(([, id]) => id)).toEqual([
    note.id,
  ]);
  expect(all).toContain(">Coffee</a>");
  const found = await (await open(`${edit === "" ? "?" : `${edit}&`}q=tea`)).text();
  expect(found).not.toContain(">Coffee</a>");
  expect(found).toContain(`<a class="back" href="/notes?q=tea"`);
  expect(found).toContain(`href="/notes/${note.id}?${edit === "" ? "edit&amp;" : ""}q=tea"`);
  expect((await open("?cursor=x")).status).toBe(400);
});

test("HTMX gets the note without the list, and the note and its editor share one entry in the history", async () => {
  const from = (path: string) => ({
    ...htmx,
    headers: { ...htmx.headers, ...{ "HX-Current-URL": `http://localhost${path}` } },
  });
  const part = await open("?q=t", from("/notes?q=t"));
  expect(part.headers.get("HX-Replace-Url")).toBe(null);
  const text = await part.text();
  expect(text).toMatch(/^<title>Tea · [^<]*<\/title><article[^>]* autofocus/);
  expect(text).not.toContain('id="notes"');
  const editor = await open("?edit&q=t", from(`/notes/${note.id}?q=t`));
  expect(editor.headers.get("HX-Replace-Url")).toBe(`/notes/${note.id}?edit&q=t`);
});

describe.each([
  ["a page", () => browser, 303],
  ["HTMX", () => htmx, 200],
])("an edit that is submitted again, for %s", (_, by, success) => {
  test("is saved once, and does not conflict with itself", async () => {
    expect((await save({}, by())).status).toBe(success);
    const saved = await read();
    const again = await save({}, by());
    expect([again.status, await read()]).toEqual([success, saved]);
    // The form with the same text, opened before.
    expect((await save({ version: "1" }, by())).status).toBe(success);
  });

  test.each([
    ["another title", { title: "Toast" }],
    ["another text", { body: "Black" }],
    ["both swapped", { title: "White", body: "Tea" }],
  ])("is a conflict after a change to %s", async (_what, change) => {
    await save({}, by());
    await changeElsewhere(change);
    const before = await read();
    const response = await save({}, by());
    const text = await response.text();
    expect([response.status, await read()]).toEqual([412, before]);
    expect(text).toMatch(/aria-label="Current version"[\s\S]*name="version" value="3"/);
    expect(text).toMatch(/name="title"[^>]* value="Tea"[\s\S]*>\nWhite<\/textarea>/);
  });
});

test("after saving, the page keeps its list, and HTMX gets the note, its version and the list", async () => {
  const response = await save({}, browser, "?q=tea");
  expect(response.headers.get("Location")).toBe(`/notes/${note.id}?q=tea`);
  const current = { "HX-Current-URL": `http://localhost/notes/${note.id}?edit&q=tea` };
  const part = await save({ body: "Black", version: "2" }, { ...htmx, headers: { ...htmx.headers, ...current } });
  expect(part.headers.get("HX-Replace-Url")).toBe(`/notes/${note.id}?q=tea`);
  const text = await part.text();
  expect(text).toMatch(/^<title>Tea · [\s\S]*<div class="text" dir="auto">Black<\/div>/);
  expect(text).toMatch(/value="3" id="edit-version" hx-swap-oob="true"/);
  expect(text).toMatch(/<section id="notes"[^>]* hx-swap-oob="true"[\s\S]*class="excerpt one-line" dir="auto">Black</);
});

test("a row shows the first line with text, up to 200 characters", async () => {
  await createNote(me, "Long", `\n  \n${"𝕏".repeat(300)}\nsecond`);
  const text = await (await send("/notes", { headers: browser.headers })).text();
  expect(text).toContain(`<p class="excerpt one-line" dir="auto">${"𝕏".repeat(200)}</p>`);
});
