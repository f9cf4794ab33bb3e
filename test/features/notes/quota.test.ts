import { env } from "cloudflare:test";
import { beforeEach, describe, expect, test } from "vitest";
import { NOTES_QUOTA } from "../../../src/features/notes/quotas.ts";
import { createSecret, hashSecret } from "../../../src/identity/tokens/secret.ts";
import { APP_ID } from "../../../src/web/app/app-name.ts";
import {
  type Account,
  type Browser,
  createAccount,
  openBrowser,
  send,
  sendJson,
  submit,
  unreadable,
} from "../../harness.ts";
import { leaveRoom, quotaProblem, usageOf } from "../../limits/quota-usage.ts";
import { createNote, type Note } from "./notes.ts";

let me: Account;
let browser: Browser;
let htmx: Browser;
beforeEach(async () => {
  me = await createAccount();
  browser = await openBrowser(me);
  htmx = { ...browser, headers: { ...browser.headers, ...{ "HX-Request": "true" } } };
});

test("a user may have 100,000 notes, and the refusal says so", () => {
  expect(NOTES_QUOTA).toEqual({
    name: "notes",
    limit: 100_000,
    unit: "notes",
    refusal: "You have reached the limit of 100,000 notes. Delete some, then try again.",
  });
});

const leave = (room: number) => leaveRoom(me.user.id, NOTES_QUOTA, room);
const titles = async () => {
  const { items } = await (await send("/api/notes", { headers: me.headers })).json<{ items: Note[] }>();
  return items.map(({ title }) => title).sort();
};

const createKey = async () => {
  const key = `${APP_ID}_${createSecret()}`;
  await env.DB.prepare(
    "INSERT INTO api_keys (id, user_id, key_hash, name, permissions, created_at, expires_at) VALUES (?, ?, ?, 'k', ?, '', ?)",
  )
    .bind(crypto.randomUUID(), me.user.id, hashSecret(key), '["notes:write"]', Date.now() + 60_000)
    .run();
  return key;
};

const NEW = { title: "A new title", body: "A long text" };
const IS_PROBLEM = async (response: Response) => expect(await response.json()).toEqual(quotaProblem(NOTES_QUOTA));
const HAS_FORM = async (response: Response) => {
  expect(response.headers.get("Content-Type")).toBe("text/html; charset=utf-8");
  const text = await response.text();
  expect(text).toContain(`role="alert"><ul><li>${NOTES_QUOTA.refusal}</li>`);
  expect(text).toMatch(/id="composer"[\s\S]*value="A new title"[\s\S]*>\nA long text<\/textarea>/);
  return text;
};

/** Every way to add a note, the status where it is added, and what a refusal has to show. */
const WAYS: Readonly<Record<string, [() => Promise<Response>, number, (response: Response) => Promise<unknown>]>> = {
  "POST /api/notes": [() => sendJson("POST", "/api/notes", NEW, me.headers), 201, IS_PROBLEM],
  "POST /api/notes with an Idempotency-Key": [
    () => sendJson("POST", "/api/notes", NEW, { ...me.headers, "Idempotency-Key": crypto.randomUUID() }),
    201,
    IS_PROBLEM,
  ],
  "POST /api/notes with an API key": [
    async () => {
      const key = await createKey();
      return sendJson("POST", "/api/notes", NEW, { "X-API-Key": key });
    },
    201,
    IS_PROBLEM,
  ],
  "POST /notes": [
    () => submit(browser, "/notes", NEW),
    303,
    async (response) => expect(await HAS_FORM(response)).toContain("<!doctype html>"),
  ],
  "POST /notes by HTMX": [
    () => submit(htmx, "/notes", NEW),
    200,
    async (response) => expect(await HAS_FORM(response)).toMatch(/^<form/),
  ],
};

describe.each(Object.entries(WAYS))("%s", (_, [add, added, isRefusal]) => {
  test("adds the last note of the quota, and responds with 422 to the next one, naming the quota", async () => {
    await leave(1);
    expect((await add()).status).toBe(added);
    await leave(0);
    const response = await add();
    expect(response.status).toBe(422);
    await isRefusal(response);
    expect(await titles()).toEqual([NEW.title]);
  });

  test("responds with 422 if the quota is full, then adds the note after another one was deleted", async () => {
    const { id } = await createNote(me, "To be deleted");
    await leave(0);
    const response = await add();
    expect(response.status).toBe(422);
    await isRefusal(response);
    expect(await titles()).toEqual(["To be deleted"]);
    await send(`/api/notes/${id}`, { method: "DELETE", headers: me.headers });
    expect((await add()).status).toBe(added);
    expect(await titles()).toEqual([NEW.title]);
    expect(await usageOf(me.user.id)).toEqual({ notes: NOTES_QUOTA.limit });
  });

  test("20 at once with room for 5 add exactly 5", async () => {
    await leave(5);
    const statuses = await Promise.all(Array.from({ length: 20 }, async () => (await add()).status));
    expect(statuses.sort()).toEqual([...Array(5).fill(added), ...Array(15).fill(422)]);
    expect(await titles()).toHaveLength(5);
  });
});

test("POST /api/notes is refused before its body is read", async () => {
  await leave(0);
  const headers = { ...me.headers, "Content-Type": "application/json" };
  const response = await send("/api/notes", { method: "POST", headers, body: unreadable() });
  expect([response.status, await response.json()]).toEqual([422, quotaProblem(NOTES_QUOTA)]);
});

describe("a retry under an Idempotency-Key", () => {
  const post = () => sendJson("POST", "/api/notes", NEW, { ...me.headers, "Idempotency-Key": "a" });

  test("of a request that the quota refused makes the note once there is room", async () => {
    await leave(0);
    expect([(await post()).status, (await post()).status]).toEqual([422, 422]);
    await leave(1);
    expect([(await post()).status, await titles()]).toEqual([201, [NEW.title]]);
  });

  test("of the request that used the last of the quota gets its response", async () => {
    await leave(1);
    const [first, again] = [await post(), await post()];
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(await again.json()).toEqual(await first.json());
  });

  test("of that request gets the note also if its response was not recorded", async () => {
    await leave(1);
    const first = await (await post()).json<Note>();
    await env.DB.prepare("UPDATE idempotency_keys SET status = NULL, leased_until = 0 WHERE owner = ?")
      .bind(me.user.id)
      .run();
    const again = await post();
    expect([again.status, again.headers.get("Idempotency-Replayed")]).toEqual([201, null]);
    expect(await again.json()).toEqual(first);
    expect(await usageOf(me.user.id)).toEqual({ notes: NOTES_QUOTA.limit });
  });
});

describe("Undo after the quota has been filled", () => {
  let id: string;
  beforeEach(async () => {
    await createNote(me, "Kept");
    ({ id } = await createNote(me, "Deleted"));
    await send(`/api/notes/${id}`, { method: "DELETE", headers: me.headers });
    await leave(0);
  });
  const undo = (by: Browser) => submit(by, `/notes/${id}/restore`, {});

  /** Nothing is lost: the note comes back as soon as there is room. */
  const expectRestorable = async (by: Browser) => {
    expect(await titles()).toEqual(["Kept"]);
    await leave(1);
    expect((await undo(by)).status).toBe(by === htmx ? 200 : 303);
    expect(await titles()).toEqual(["Deleted", "Kept"]);
    expect(await usageOf(me.user.id)).toEqual({ notes: NOTES_QUOTA.limit });
  };

  test("shows the notes with the reason, and offers it again", async () => {
    const response = await undo(browser);
    const text = await response.text();
    expect(response.status).toBe(422);
    const offer = `${NOTES_QUOTA.refusal}[\\s\\S]*action="/notes/${id}/restore"[\\s\\S]*Undo</button>[\\s\\S]*Kept`;
    expect(text).toMatch(new RegExp(offer));
    await expectRestorable(browser);
  });

  test("leaves the page of HTMX as it is, with the reason", async () => {
    const response = await undo(htmx);
    expect([response.status, response.headers.get("HX-Reswap")]).toEqual([422, "none"]);
    expect(response.headers.get("HX-Trigger")).toBe(JSON.stringify({ refused: NOTES_QUOTA.refusal }));
    await IS_PROBLEM(response);
    await expectRestorable(htmx);
  });

  test("a repeated Undo takes effect once, also if it used the last of the quota", async () => {
    await leave(1);
    expect([(await undo(browser)).status, (await undo(browser)).status]).toEqual([303, 303]);
    expect(await usageOf(me.user.id)).toEqual({ notes: NOTES_QUOTA.limit });
  });

  test("of 20 notes at once with room for 5 brings back exactly 5", async () => {
    await leave(21);
    const notes = await Promise.all(Array.from({ length: 20 }, (_, index) => createNote(me, `Note ${index}`)));
    for (const note of notes) await send(`/api/notes/${note.id}`, { method: "DELETE", headers: me.headers });
    await leave(5);
    const responses = await Promise.all(notes.map((note) => submit(browser, `/notes/${note.id}/restore`, {})));
    expect(responses.filter(({ status }) => status === 422)).toHaveLength(15);
    expect(await titles()).toHaveLength(6);
  });
});
