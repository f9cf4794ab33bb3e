/** The form for a new note, submitted again: it creates nothing twice, and loses nothing. */
import { env } from "cloudflare:test";
import { beforeEach, describe, expect, test } from "vitest";
import { NOTES_QUOTA } from "../../../src/features/notes/quotas.ts";
import { type Account, type Browser, createAccount, openBrowser, send, sendJson, submit } from "../../harness.ts";
import { leaveRoom } from "../../limits/quota-usage.ts";
import type { Note } from "./notes.ts";

let me: Account;
let browser: Browser;
let htmx: Browser;
beforeEach(async () => {
  me = await createAccount();
  browser = await openBrowser(me);
  htmx = { ...browser, headers: { ...browser.headers, ...{ "HX-Request": "true" } } };
});

const NEW = { submission: "0b9c3d5e-7f10-4a2b-8c3d-4e5f60718293", title: "Tea", body: "Green" };
const add = (fields: Record<string, string> = NEW, by = browser) => submit(by, "/notes", fields);
const listOf = async ({ headers }: Account) =>
  (await (await send("/api/notes", { headers })).json<{ items: Note[] }>()).items;
const titles = async (account = me) => (await listOf(account)).map(({ title }) => title);
const onlyNote = async () => (await listOf(me))[0]?.id ?? "";
const change = (body: object) => onlyNote().then((id) => sendJson("PATCH", `/api/notes/${id}`, body, me.headers));
const remove = (id: string) => send(`/api/notes/${id}`, { method: "DELETE", headers: me.headers });
const submissionIn = (text: string) =>
  /id="composer"[\s\S]*?name="submission" value="([^"]*)"/.exec(text)?.[1] ?? "none";
const withoutId = (text: string) => text.replace(submissionIn(text), "");

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test("each form has its own id, and so does the one after a note was added", async () => {
  const pages = [
    await send("/notes", { headers: browser.headers }),
    await send("/notes", { headers: browser.headers }),
  ];
  const ids = await Promise.all(
    [...pages, await add(NEW, htmx)].map(async (shown) => submissionIn(await shown.text())),
  );
  for (const id of ids) expect(id).toMatch(UUID);
  expect(new Set([...ids, NEW.submission]).size).toBe(4);
});

test("the form that is submitted again gets the same response, and there is one note", async () => {
  const responses = [await add(), await add(), await add({ ...NEW, submission: NEW.submission.toUpperCase() })];
  expect(responses.map(({ status, headers }) => [status, headers.get("Location")])).toEqual(
    Array(3).fill([303, "/notes"]),
  );
  expect(await titles()).toEqual(["Tea"]);
  const [first, again] = [await (await add(NEW, htmx)).text(), await (await add(NEW, htmx)).text()];
  expect(withoutId(again)).toBe(withoutId(first));
  expect(await titles()).toEqual(["Tea"]);
});

test.each(["", "?q=zzz", "?cursor=x"])("HTMX gets the newest notes, also beside /notes%s", async (query) => {
  const by = { ...htmx, headers: { ...htmx.headers, ...{ "HX-Current-URL": `http://localhost/notes${query}` } } };
  await add(NEW, by);
  const response = await add(NEW, by);
  const [text, id] = [await response.text(), await onlyNote()];
  expect(text.match(new RegExp(`id="note-${id}"`, "g"))).toHaveLength(1);
  expect(text).toMatch(/<section id="notes"[^>]* hx-swap-oob="true"/);
  expect(text).toMatch(/<span id="note-count" hx-swap-oob="true">1</);
  expect(text).toMatch(/<search id="note-search" hx-swap-oob="true">[\s\S]*name="q" value=""/);
  expect(response.headers.get("HX-Replace-Url")).toBe("/notes");
});

test("20 simultaneous submissions create one note", async () => {
  const responses = await Promise.all(Array.from({ length: 20 }, () => add()));
  expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([303]));
  expect(await titles()).toEqual(["Tea"]);
});

test("the form with another text creates another note, so no text is lost", async () => {
  for (const fields of [{ title: "Toast" }, { body: "Black" }, { title: "TeaG", body: "reen" }, {}, { title: "Toast" }])
    expect((await add({ ...NEW, ...fields })).status).toBe(303);
  expect(await titles()).toEqual(["Tea", "TeaG", "Tea", "Toast"]);
});

test("two users with the same submission have a note each", async () => {
  const other = await createAccount();
  await add();
  await add(NEW, await openBrowser(other));
  expect([await titles(), await titles(other)]).toEqual([["Tea"], ["Tea"]]);
});

test("a note that was changed meanwhile stays changed, and the response shows it", async () => {
  await add();
  await change({ body: "White" });
  expect((await add()).status).toBe(303);
  expect(await (await add(NEW, htmx)).text()).toContain("White");
  expect(await listOf(me)).toMatchObject([{ title: "Tea", body: "White" }]);
});

test("the last note of the quota is not refused when it is submitted again", async () => {
  await leaveRoom(me.user.id, NOTES_QUOTA, 1);
  expect([(await add()).status, (await add()).status, (await add(NEW, htmx)).status]).toEqual([303, 303, 200]);
  expect((await add({ ...NEW, title: "Toast" })).status).toBe(422);
});

describe.each([
  ["a page", () => browser],
  ["HTMX", () => htmx],
])("a note that was deleted meanwhile, for %s", (_, by) => {
  const submitAgain = async () => {
    const response = await add(NEW, by());
    return { status: response.status, text: await response.text() };
  };

  test("stays deleted: 409, with the text in a new form, which creates it once more", async () => {
    await add();
    const id = await onlyNote();
    await remove(id);
    const { status, text } = await submitAgain();
    expect(status).toBe(409);
    expect(text).toMatch(/role="alert"><ul><li>This note was already added, and then deleted\./);
    expect(text).toMatch(/id="composer"[\s\S]*value="Tea"[\s\S]*>\nGreen<\/textarea>/);
    expect(await titles()).toEqual([]);

    const submission = submissionIn(text);
    expect(submission).toMatch(UUID);
    await add({ ...NEW, submission });
    expect(await titles()).toEqual(["Tea"]);
    expect(await onlyNote()).not.toBe(id);
  });

  test("exists once after it was restored", async () => {
    await add();
    const id = await onlyNote();
    await remove(id);
    expect((await submit(browser, `/notes/${id}/restore`, {})).status).toBe(303);
    expect((await submitAgain()).status).toBe(by() === htmx ? 200 : 303);
    expect(await titles()).toEqual(["Tea"]);
  });
});

describe("a refused form", () => {
  const REFUSALS: [string, () => Promise<Response>, number][] = [
    ["without a title", () => add({ ...NEW, title: " " }), 400],
    [
      "beyond the quota",
      async () => {
        await leaveRoom(me.user.id, NOTES_QUOTA, 0);
        return add();
      },
      422,
    ],
  ];
  test.each(REFUSALS)("%s keeps its id", async (_, refuse, status) => {
    const response = await refuse();
    expect([response.status, submissionIn(await response.text())]).toEqual([status, NEW.submission]);
  });

  test.each(["", "x", "0b9c3d5e-7f10-4a2b-8c3d-4e5f6071829", `${NEW.submission}"><b>`])(
    "with the id %j says so, keeps the text, and works when it is submitted again",
    async (wrong) => {
      const response = await add({ ...NEW, submission: wrong });
      const text = await response.text();
      expect(response.status).toBe(400);
      expect(text).toContain('role="alert"><ul><li>The form was incomplete. Submit it again</li></ul>');
      expect(text).toMatch(/id="composer"[\s\S]*value="Tea"[\s\S]*>\nGreen<\/textarea>/);
      expect(await titles()).toEqual([]);
      expect((await add({ ...NEW, submission: submissionIn(text) })).status).toBe(303);
    },
  );

  test("without an id is refused like one with a wrong id", async () => {
    const body = new URLSearchParams({ csrf: browser.csrf, title: "Tea" });
    const response = await send("/notes", { method: "POST", headers: browser.headers, body });
    expect([response.status, submissionIn(await response.text())]).toEqual([400, expect.stringMatching(UUID)]);
  });
});

test("a retry with an Idempotency-Key does not restore a deleted note either", async () => {
  const headers = { ...me.headers, "Idempotency-Key": "a" };
  const post = () => sendJson("POST", "/api/notes", { title: "Tea" }, headers);
  const { id } = await (await post()).json<Note>();
  await remove(id);
  const forgetResponse = env.DB.prepare("UPDATE idempotency_keys SET status = NULL, leased_until = 0 WHERE owner = ?");
  await forgetResponse.bind(me.user.id).run();
  const response = await post();
  expect([response.status, await response.json()]).toMatchObject([409, { detail: expect.stringContaining("deleted") }]);
  expect(await titles()).toEqual([]);
  const stored = env.DB.prepare("SELECT count(*) AS n FROM deleted_notes WHERE id = ?");
  expect(await stored.bind(id).first("n")).toBe(1);
});
