/** Deleting a note by form, and bringing it back. */
import { env } from "cloudflare:test";
import { beforeEach, describe, expect, test } from "vitest";
import { deleteUser } from "../../../src/identity/users/users.ts";
import { type Account, type Browser, createAccount, openBrowser, send, sendJson, submit } from "../../harness.ts";
import { sweepAll } from "../../sweep.ts";
import { createNote } from "./notes.ts";

let me: Account;
let browser: Browser;
let id: string;
beforeEach(async () => {
  me = await createAccount();
  browser = await openBrowser(me);
  ({ id } = await createNote(me, "Tea", "Green"));
});

const remove = (by = browser) => submit(by, `/notes/${id}/delete`, {});
const restore = (by = browser) => submit(by, `/notes/${id}/restore`, {});
const read = () => send(`/api/notes/${id}`, { headers: me.headers });
const page = async () => (await send("/notes", { headers: browser.headers })).text();

test("a note that is deleted is gone, and the next page offers to bring it back", async () => {
  const response = await remove();
  expect([response.status, response.headers.get("Location")]).toEqual([303, "/notes"]);
  expect((await read()).status).toBe(404);
  expect((await send(`/notes/${id}`, { headers: browser.headers })).status).toBe(404);
  const [shown, again] = [await page(), await page()];
  expect(shown).toMatch(new RegExp(`“Tea” was deleted\\.[\\s\\S]*action="/notes/${id}/restore"[\\s\\S]*Undo</button>`));
  expect(again).not.toContain("Undo");
});

test("it comes back as it was: its id, its times, its version", async () => {
  await sendJson("PATCH", `/api/notes/${id}`, { body: "Black" }, me.headers);
  const before = await read();
  await remove();
  const response = await restore();
  expect([response.status, response.headers.get("Location")]).toEqual([303, "/notes"]);
  const after = await read();
  expect([after.headers.get("ETag"), await after.json()]).toEqual([before.headers.get("ETag"), await before.json()]);
  expect(await page()).toContain("“Tea” was restored.");
  expect(await (await send("/notes?q=BLACK", { headers: browser.headers })).text()).toContain("Tea");
});

test.each([
  ["the list", () => "/notes?q=tea", null],
  ["the note", () => `/notes/${id}?q=tea&edit`, "/notes?q=tea"],
  ["another note", () => `/notes/${crypto.randomUUID()}?q=tea`, null],
])("HTMX gets the list with Undo, then the list with the note; beside %s", async (_, path, nextPath) => {
  const current = { "HX-Request": "true", "HX-Current-URL": `http://localhost${path()}` };
  const htmx = { ...browser, headers: { ...browser.headers, ...current } };
  const response = await remove(htmx);
  const removed = await response.text();
  expect([response.headers.get("HX-Reswap"), response.headers.get("HX-Replace-Url")]).toEqual(["none", nextPath]);
  expect(removed.includes('<section id="note" hx-swap-oob="innerHTML"></section>')).toBe(nextPath !== null);
  expect(removed).toMatch(new RegExp(`hx-swap-oob="beforeend:#messages"[\\s\\S]*action="/notes/${id}/restore"`));
  expect(removed).not.toContain(`id="note-${id}"`);
  const restored = await (await restore(htmx)).text();
  expect(restored).toMatch(new RegExp(`^<div class="message done"[\\s\\S]*id="open-${id}"[^>]* autofocus>Tea<`));
  expect(await page()).not.toContain("was deleted");
});

test("undone twice it is there once", async () => {
  await remove();
  await restore();
  const changed = await sendJson("PATCH", `/api/notes/${id}`, { title: "Later" }, me.headers);
  expect(changed.status).toBe(200);
  expect((await restore()).status).toBe(303);
  expect(await (await read()).json()).toMatchObject({ title: "Later" });
});

test("a note deleted through the API can be restored, too", async () => {
  await send(`/api/notes/${id}`, { method: "DELETE", headers: me.headers });
  await restore();
  expect((await read()).status).toBe(200);
});

describe("somebody else", () => {
  const ways = ["", "?edit", "/delete", "/restore"];
  test.each(ways)("is told 404 at /notes/:id%s, before and after it is deleted, as of none", async (rest) => {
    const theirs = await openBrowser(await createAccount());
    const ask = (note: string) =>
      rest.startsWith("/")
        ? submit(theirs, `/notes/${note}${rest}`, {})
        : send(`/notes/${note}${rest}`, { headers: theirs.headers });
    const fields = { title: "Taken", body: "", version: "1" };
    expect((await submit(theirs, `/notes/${id}`, fields)).status).toBe(404);
    const none = await ask("none");
    const before = await ask(id);
    expect([before.status, none.status]).toEqual([404, 404]);
    expect((await read()).status).toBe(200);
    await remove();
    expect((await ask(id)).status).toBe(404);
    expect((await read()).status).toBe(404);
  });
});

describe("a form without the session's token", () => {
  test.each(["", "/delete", "/restore"])("is 403 at /notes/:id%s and changes nothing", async (rest) => {
    if (rest === "/restore") await remove();
    const fields = { csrf: "", title: "Forged", body: "", version: "1" };
    expect((await submit(browser, `/notes/${id}${rest}`, fields)).status).toBe(403);
    const after = await read();
    expect(after.status).toBe(rest === "/restore" ? 404 : 200);
    if (after.ok) expect(await after.json()).toMatchObject({ title: "Tea" });
  });
});

test("the sweep removes notes that were deleted 30 days ago, and keeps the rest", async () => {
  const DAY_MS = 24 * 60 * 60 * 1000;
  const [old, young] = [await createNote(me, "old"), await createNote(me, "young")];
  for (const [note, days] of [
    [old, 31],
    [young, 29],
  ] as const) {
    await send(`/api/notes/${note.id}`, { method: "DELETE", headers: me.headers });
    const aged = env.DB.prepare("UPDATE deleted_notes SET deleted_at = ? WHERE id = ?");
    await aged.bind(Date.now() - days * DAY_MS, note.id).run();
  }
  await sweepAll();
  expect((await submit(browser, `/notes/${old.id}/restore`, {})).status).toBe(404);
  expect((await submit(browser, `/notes/${young.id}/restore`, {})).status).toBe(303);
});

test("a deleted note is erased with the account", async () => {
  await remove();
  await deleteUser(env.DB, me.user.id);
  await sweepAll();
  expect(await env.DB.prepare("SELECT count(*) AS left FROM deleted_notes WHERE id = ?").bind(id).first("left")).toBe(
    0,
  );
});
