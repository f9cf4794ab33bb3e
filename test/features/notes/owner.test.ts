import { beforeEach, describe, expect, test } from "vitest";
import { type Account, createAccount, createKey, openBrowser, send, sendJson } from "../../harness.ts";
import { createNote } from "./notes.ts";

type Headers = Readonly<Record<string, string>>;

let owner: Account;
let other: Account;
let note: { readonly id: string; readonly etag: string };
beforeEach(async () => {
  owner = await createAccount();
  other = await createAccount();
  note = await createNote(owner, "Owned", "text of the owner's");
});

const read = (id: string, headers: Headers, method = "GET") => send(`/api/notes/${id}`, { method, headers });
const change = (id: string, headers: Headers) => sendJson("PATCH", `/api/notes/${id}`, { title: "Taken" }, headers);
const remove = (id: string, headers: Headers) => read(id, headers, "DELETE");
const create = (headers: Headers) => sendJson("POST", "/api/notes", { title: "Made" }, headers);
const list = (headers: Headers, query = "") => send(`/api/notes${query}`, { headers });
const exportCsv = (headers: Headers) => send("/api/notes/export.csv", { headers });

/** Each way to request notes. */
const REQUESTS: Readonly<Record<string, (headers: Headers) => Promise<Response>>> = {
  "GET /api/notes": list,
  "POST /api/notes": create,
  "GET /api/notes/export.csv": exportCsv,
  "GET /api/notes/:id": (headers) => read(note.id, headers),
  "PATCH /api/notes/:id": (headers) => change(note.id, headers),
  "DELETE /api/notes/:id": (headers) => remove(note.id, headers),
};

/** The note as its owner sees it now. */
async function seenByOwner(): Promise<unknown> {
  return (await read(note.id, owner.headers)).json();
}

describe("a stranger", () => {
  test.each(Object.entries(REQUESTS))("gets 401 for %s, with WWW-Authenticate", async (_, request) => {
    const response = await request({});
    expect([response.status, response.headers.get("WWW-Authenticate")]).toEqual([401, "Bearer"]);
    expect(await seenByOwner()).toMatchObject({ title: "Owned" });
  });
});

describe("another user's note", () => {
  const touching: Readonly<Record<string, (id: string, headers: Headers) => Promise<Response>>> = {
    GET: read,
    HEAD: (id, headers) => read(id, headers, "HEAD"),
    PATCH: change,
    DELETE: remove,
  };
  test.each(Object.entries(touching))("is 404 to %s, like one that is not there, and stays", async (_, touch) => {
    const headers = { ...other.headers, "If-Match": note.etag, "If-None-Match": note.etag, "X-Request-Id": "the-same" };
    const [theirs, none] = [await touch(note.id, headers), await touch("none", headers)];
    expect([theirs.status, none.status]).toEqual([404, 404]);
    expect(await theirs.text()).toBe(await none.text());
    expect(theirs.headers.get("ETag")).toBeNull();
    expect(await seenByOwner()).toMatchObject({ title: "Owned" });
    expect((await read(note.id, owner.headers)).headers.get("ETag")).toBe(note.etag);
  });

  test("is in no list, no search, no page after a cursor and no export", async () => {
    await createNote(other, "Mine 1");
    await createNote(owner, "Owned, too");
    await createNote(other, "Mine 2");
    const titles = async (query: string) => {
      const { items } = await (await list(other.headers, query)).json<{ items: { title: string }[] }>();
      return items.map(({ title }) => title);
    };
    const first = await (await list(other.headers, "?limit=1")).json<{ nextCursor: string }>();
    expect(await titles("")).toEqual(["Mine 2", "Mine 1"]);
    expect(await titles("?q=owne")).toEqual([]);
    expect(await titles(`?cursor=${first.nextCursor}`)).toEqual(["Mine 1"]);
    expect(await (await exportCsv(other.headers)).text()).toMatch(/^[^\n]*\n[^\n]*Mine 1[^\n]*\n[^\n]*Mine 2[^\n]*\n$/);
  });

  test("is an administrator's no more than anybody's", async () => {
    const admin = await createAccount({ role: "admin" });
    expect((await read(note.id, admin.headers)).status).toBe(404);
    expect(await (await list(admin.headers)).json()).toEqual({ items: [], nextCursor: null, previousCursor: null });
  });
});

describe("an API key", () => {
  const keyWith = async (...permissions: string[]): Promise<Headers> => ({
    "X-API-Key": (await createKey(owner, permissions)).key,
  });

  const statuses = async (headers: Headers) => {
    const responses = Object.entries(REQUESTS).map(async ([name, request]) => [name, (await request(headers)).status]);
    return Object.fromEntries(await Promise.all(responses));
  };

  test("with notes:read reads, and writes nothing", async () => {
    expect(await statuses(await keyWith("notes:read"))).toEqual({
      "GET /api/notes": 200,
      "POST /api/notes": 403,
      "GET /api/notes/export.csv": 403,
      "GET /api/notes/:id": 200,
      "PATCH /api/notes/:id": 403,
      "DELETE /api/notes/:id": 403,
    });
    expect(await seenByOwner()).toMatchObject({ title: "Owned" });
  });

  test("with notes:write writes, and reads nothing", async () => {
    const key = await keyWith("notes:write");
    expect((await create(key)).status).toBe(201);
    expect((await change(note.id, key)).status).toBe(200);
    expect(await seenByOwner()).toMatchObject({ title: "Taken" });
    expect([(await list(key)).status, (await read(note.id, key)).status]).toEqual([403, 403]);
    expect((await remove(note.id, key)).status).toBe(204);
    expect((await read(note.id, owner.headers)).status).toBe(404);
  });

  test("with every permission there is reaches neither the export nor the page", async () => {
    const key = await keyWith("notes:read", "notes:write");
    for (const path of ["/api/notes/export.csv", "/notes"]) {
      expect([path, (await send(path, { headers: key })).status]).toEqual([path, 403]);
    }
  });

  test("reads the notes of its own user, not of others", async () => {
    const key = await keyWith("notes:read", "notes:write");
    const theirs = await createNote(other, "Theirs");
    expect(await (await list(key)).json()).toMatchObject({ items: [{ title: "Owned" }] });
    expect((await read(theirs.id, key)).status).toBe(404);
    expect((await remove(theirs.id, key)).status).toBe(404);
  });
});

describe("a browser's session", () => {
  test("writes from our own pages only", async () => {
    const { Cookie } = (await openBrowser(owner)).headers;
    for (const site of ["cross-site", "same-site"]) {
      const headers = { Cookie, "Sec-Fetch-Site": site };
      expect([(await create(headers)).status, (await change(note.id, headers)).status]).toEqual([403, 403]);
      expect((await remove(note.id, headers)).status).toBe(403);
    }
    expect(await seenByOwner()).toMatchObject({ title: "Owned" });
    expect((await create({ Cookie, "Sec-Fetch-Site": "same-origin" })).status).toBe(201);
  });
});
