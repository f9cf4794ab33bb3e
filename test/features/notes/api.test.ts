import { env } from "cloudflare:test";
import { beforeEach, describe, expect, test } from "vitest";
import { databaseWith } from "../../databases.ts";
import { type Account, createAccount, openBrowser, send, sendJson, submit } from "../../harness.ts";
import { createNote, type Note } from "./notes.ts";

interface List {
  items: Note[];
  nextCursor: string | null;
}

interface Problem {
  status: number;
  issues: { part: string; path: string[]; code: string }[];
}

/** A user of each test's own, without notes. */
let me: Account;
beforeEach(async () => {
  me = await createAccount();
});

type Headers = Record<string, string>;
const get = (path: string, headers: Headers = {}) => send(path, { headers: { ...me.headers, ...headers } });
const post = (body: unknown, headers: Headers = {}) =>
  sendJson("POST", "/api/notes", body, { ...me.headers, ...headers });
const patch = (id: string, change: unknown, headers: Headers = {}) =>
  sendJson("PATCH", `/api/notes/${id}`, change, { ...me.headers, ...headers });
const remove = (id: string, headers: Headers = {}) =>
  send(`/api/notes/${id}`, { method: "DELETE", headers: { ...me.headers, ...headers } });

const list = async (query: string) => (await get(`/api/notes?${query}`)).json<List>();
const titles = async (query: string) => (await list(query)).items.map(({ title }) => title);

describe("POST /api/notes", () => {
  test("responds with 201 and the note, its Location and its ETag", async () => {
    const response = await post({ title: "  Tea ", body: "Green\n茶 🍵" });
    const note = await response.json<Note>();
    expect(response.status).toBe(201);
    expect(note).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      title: "Tea",
      body: "Green\n茶 🍵",
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      updatedAt: note.createdAt,
    });
    expect(response.headers.get("Location")).toBe(`/api/notes/${note.id}`);
    expect(response.headers.get("ETag")).toBe('"v1"');
    expect(await (await get(`/api/notes/${note.id}`)).json()).toEqual(note);
  });

  test("takes a title of 200 and a body of 20,000 characters, and a note without a body", async () => {
    expect((await post({ title: "t".repeat(200), body: "b".repeat(20_000) })).status).toBe(201);
    expect((await createNote(me, "no body")).body).toBe("");
  });

  const refused: Record<string, [body: unknown, path: string[], code: string]> = {
    "an empty title": [{ title: "" }, ["title"], "too_small"],
    "a title of spaces": [{ title: "   " }, ["title"], "too_small"],
    "a title of 201 characters": [{ title: "t".repeat(201) }, ["title"], "too_big"],
    "a body of 20,001 characters": [{ title: "t", body: "b".repeat(20_001) }, ["body"], "too_big"],
    "no title": [{ body: "b" }, ["title"], "invalid_type"],
    "a title that is no string": [{ title: 7 }, ["title"], "invalid_type"],
    "a field that is none of a note's": [{ title: "t", bdoy: "b" }, [], "unrecognized_keys"],
    "a lone surrogate": ['{"title":"a\\ud800"}', ["title"], "custom"],
    "a NUL character": [{ title: "a\0b" }, ["title"], "custom"],
    "a body that is no object": ["[]", [], "invalid_type"],
    "no body at all": ["", [], "invalid_type"],
    "what is not JSON": ["{title}", [], "invalid_json"],
  };
  test.each(Object.entries(refused))("refuses %s with 400 and the issue", async (_, [body, path, code]) => {
    const response = await post(body);
    const problem = await response.json<Problem>();
    expect([response.status, response.headers.get("Content-Type")]).toEqual([400, "application/problem+json"]);
    expect(problem.issues).toContainEqual(expect.objectContaining({ part: "body", path, code }));
    expect((await list("")).items).toEqual([]);
  });

  test("refuses invalid UTF-8 with 400", async () => {
    const init = {
      method: "POST",
      headers: { ...me.headers, "Content-Type": "application/json" },
      body: new Uint8Array([0x7b, 0xff]),
    };
    const problem = await (await send("/api/notes", init)).json<Problem>();
    expect([problem.status, problem.issues[0]?.code]).toEqual([400, "invalid_utf8"]);
  });

  test("refuses a body over its limit with 413, whatever Content-Length says", async () => {
    const body = JSON.stringify({ title: "t", body: "b".repeat(300_000) });
    expect((await post(body, { "Content-Length": "20" })).status).toBe(413);
  });

  test("refuses another media type with 415 before it reads the body", async () => {
    const body = new ReadableStream(
      { pull: () => Promise.reject(new Error("the body was read")) },
      { highWaterMark: 0 },
    );
    const headers = { ...me.headers, "Content-Type": "text/plain" };
    const response = await send("/api/notes", { method: "POST", headers, body });
    expect(response.status).toBe(415);
  });
});

/** Texts in the form of a cursor, with a direction or a place that does not exist. */
const FORGED_CURSORS = ["next:", "next:-1", "next:01", "next:1.5", "next:1e3", "last:1", ":1", "next:1\n", "NEXT:1"]
  .map((text) => btoa(text).replace(/=+$/, ""))
  .concat(btoa("next:12"), `${btoa("next:12")} `, "bmV4dDox%0A");

describe("GET /api/notes", () => {
  test("pages through all notes, the newest first, each once", async () => {
    for (let i = 0; i < 7; i++) await createNote(me, `n${i}`);
    const seen: string[] = [];
    let query = "limit=3";
    for (let pages = 0; pages < 3; pages++) {
      const page = await list(query);
      seen.push(...page.items.map(({ title }) => title));
      query = `limit=3&cursor=${page.nextCursor}`;
      expect(page.nextCursor === null).toBe(pages === 2);
    }
    expect(seen).toEqual(["n6", "n5", "n4", "n3", "n2", "n1", "n0"]);
  });

  test("has no next page if the last one is full", async () => {
    for (let i = 0; i < 3; i++) await createNote(me, `n${i}`);
    expect((await list("limit=3")).nextCursor).toBeNull();
  });

  test("keeps its place while notes are added and deleted", async () => {
    for (let i = 0; i < 4; i++) await createNote(me, `n${i}`);
    const first = await list("limit=2");
    await createNote(me, "newer");
    await remove(first.items[1]?.id ?? "");
    expect(await titles(`limit=2&cursor=${first.nextCursor}`)).toEqual(["n1", "n0"]);
  });

  test("finds text in a title or a body, in any case of any script", async () => {
    await createNote(me, "Über ÉTÉ");
    await createNote(me, "other", "… in der über-Mitte");
    await createNote(me, "nothing");
    expect(await titles(`q=${encodeURIComponent("ÜBER")}`)).toEqual(["other", "Über ÉTÉ"]);
    expect(await titles(`q=${encodeURIComponent("e\u0301te\u0301")}`)).toEqual(["Über ÉTÉ"]);
  });

  test("takes % and _ and every other character as it stands", async () => {
    for (const title of ["100% sure", "100 sure", "a_b", "axb", "it's", 'say "x"', "back\\slash", "[set]*?"])
      await createNote(me, title);
    expect(await titles("q=100%25")).toEqual(["100% sure"]);
    expect(await titles("q=a_b")).toEqual(["a_b"]);
    expect(await titles("q=%25_%25")).toEqual([]);
    for (const found of ["it's", 'say "x"', "back\\slash", "[set]*?"]) {
      expect(await titles(`q=${encodeURIComponent(found)}`)).toEqual([found]);
    }
  });

  test("searches for more than the 50 bytes that a LIKE pattern may have", async () => {
    const long = "ä".repeat(150);
    await createNote(me, long);
    expect(await titles(`q=${encodeURIComponent(long)}`)).toEqual([long]);
  });

  test.each(["limit=0", "limit=101", "limit=-1", "limit=1.5", "limit=", "limit=1&limit=2", "limit=abc", "limit=1e1"])(
    "refuses %s with 400",
    async (query) => {
      const problem = await (await get(`/api/notes?${query}`)).json<Problem>();
      expect([problem.status, problem.issues[0]?.path]).toEqual([400, ["limit"]]);
    },
  );

  test.each(["", "%00", "abc", "bm90LWFuLWlk", "../../etc", "%F0%9F%92%A9", "x".repeat(5000), ...FORGED_CURSORS])(
    "refuses the cursor %j, which it never gave, with 400",
    async (cursor) => {
      const response = await get(`/api/notes?cursor=${cursor}`);
      const { detail, issues } = await response.json<Problem & { detail: string }>();
      expect([response.status, issues[0]?.path, detail]).toEqual([400, ["cursor"], expect.any(String)]);
      expect(issues[0]).toMatchObject({
        message: "The cursor is invalid. Use the nextCursor or the previousCursor of another page",
      });
    },
  );
});

describe("GET /api/notes/:id", () => {
  test("responds with 304 to a client with this version, by any form of If-None-Match", async () => {
    const { id, etag } = await createNote(me, "n");
    for (const header of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
      const response = await get(`/api/notes/${id}`, { "If-None-Match": header });
      expect([response.status, response.headers.get("ETag"), await response.text()]).toEqual([304, etag, ""]);
    }
    expect((await get(`/api/notes/${id}`, { "If-None-Match": '"v2"' })).status).toBe(200);
  });

  test.each(["unknown", "0190a0c4-0000-7000-8000-000000000000", "%00", "'; DROP TABLE notes; --", "%zz"])(
    "responds with 404 for %j",
    async (id) => {
      expect((await get(`/api/notes/${id}`)).status).toBe(404);
    },
  );
});

describe("PATCH /api/notes/:id", () => {
  test("changes only the given fields, and returns a new ETag", async () => {
    const { id, etag, ...note } = await createNote(me, "title", "body");
    const response = await patch(id, { title: "new" }, { "If-Match": etag });
    const changed = await response.json<Note>();
    expect(changed).toEqual({ ...note, id, title: "new", updatedAt: changed.updatedAt });
    expect(response.headers.get("ETag")).toBe('"v2"');
    expect(await titles("q=new")).toEqual(["new"]);
    expect(await titles("q=title")).toEqual([]);
    expect(await titles("q=body")).toEqual(["new"]);
  });

  test("responds with 412 and changes nothing if another request saved first", async () => {
    const { id, etag } = await createNote(me, "title");
    await patch(id, { title: "theirs" }, { "If-Match": etag });
    expect((await patch(id, { title: "mine" }, { "If-Match": etag })).status).toBe(412);
    expect(await titles("")).toEqual(["theirs"]);
  });

  test.each([
    'W/"v2"',
    'w/"v1"',
    'W/W/"v1"',
    "W/v1",
    'x"v1"',
    '"*"',
    '*, "x"',
    '"v01"',
    '"v2"',
    '""',
    "v1 v1",
    '"v1e0"',
  ])("takes If-Match %s for another version", async (header) => {
    const { id } = await createNote(me, "title");
    expect((await patch(id, { title: "x" }, { "If-Match": header })).status).toBe(412);
  });

  // Cloudflare sends a weak tag with a response that it compresses.
  test.each(["*", '"v7", "v1"', 'W/"v1"', 'W/"v7",W/"v1"'])("takes If-Match %s for this version", async (header) => {
    const { id } = await createNote(me, "title");
    expect((await patch(id, { title: "x" }, { "If-Match": header })).status).toBe(200);
    // The version is 2 now, and no tag of version 1 counts any more.
    if (header !== "*") expect((await remove(id, { "If-Match": header })).status).toBe(412);
    expect((await remove(id, { "If-Match": header.replaceAll("v1", "v2") })).status).toBe(204);
  });

  test.each([{}, { title: "" }, { body: null }, { id: "x" }])("refuses %j with 400", async (change) => {
    const { id } = await createNote(me, "title");
    expect((await patch(id, change)).status).toBe(400);
  });

  test("responds with 404 for a note that does not exist, with If-Match or without", async () => {
    expect((await patch("none", { title: "x" })).status).toBe(404);
    expect((await patch("none", { title: "x" }, { "If-Match": '"v1"' })).status).toBe(404);
  });
});

describe("DELETE /api/notes/:id", () => {
  test("responds with 204, then 404", async () => {
    const { id } = await createNote(me, "title");
    expect((await remove(id)).status).toBe(204);
    expect((await remove(id)).status).toBe(404);
  });

  test("responds with 412 and deletes nothing if the note has changed", async () => {
    const { id, etag } = await createNote(me, "title");
    await patch(id, { title: "new" });
    expect((await remove(id, { "If-Match": etag })).status).toBe(412);
    expect((await get(`/api/notes/${id}`)).status).toBe(200);
  });
});

describe("a note that is deleted between the check and the write", () => {
  /** The database, where somebody else is quicker than the first statement that begins so. */
  function beaten(verb: string, id: string) {
    const prepare = (sql: string) => {
      const statement = env.DB.prepare(sql);
      if (!sql.startsWith(verb)) return statement;
      const first = async (...values: unknown[]) => {
        await env.DB.prepare("DELETE FROM notes WHERE id = ?").bind(id).run();
        return statement.bind(...values).first();
      };
      return { bind: (...values: unknown[]) => ({ first: () => first(...values) }) };
    };
    const batch = async (statements: D1PreparedStatement[]) => {
      await env.DB.prepare("DELETE FROM notes WHERE id = ?").bind(id).run();
      return env.DB.batch(statements);
    };
    return { DB: databaseWith({ prepare, batch }) };
  }

  test("is 404 to PATCH and DELETE, with If-Match or without", async () => {
    for (const more of [{}, { "If-Match": '"v1"' }]) {
      const headers = { ...me.headers, ...more };
      const [changed, removed] = [await createNote(me, "n"), await createNote(me, "n")];
      const path = `/api/notes/${changed.id}`;
      const patched = await sendJson("PATCH", path, { title: "x" }, headers, beaten("UPDATE notes", changed.id));
      expect(patched.status).toBe(404);
      const init = { method: "DELETE", headers };
      expect((await send(`/api/notes/${removed.id}`, init, beaten("none", removed.id))).status).toBe(404);
    }
  });
});

test("a note is read, changed and deleted under its id in capitals, by API and form", async () => {
  const { id } = await createNote(me, "Tea");
  const capitals = id.toUpperCase();
  expect(await (await get(`/api/notes/${capitals}`)).json()).toMatchObject({ id, title: "Tea" });
  expect(await (await patch(capitals, { title: "Coffee" })).json()).toMatchObject({ id, title: "Coffee" });
  expect((await remove(capitals)).status).toBe(204);
  const browser = await openBrowser(me);
  expect((await submit(browser, `/notes/${capitals}/restore`, {})).status).toBe(303);
  expect((await submit(browser, `/notes/${capitals}`, { title: "Milk", version: "2" })).status).toBe(303);
  expect(await titles("")).toEqual(["Milk"]);
  expect((await submit(browser, `/notes/${capitals}/delete`, {})).status).toBe(303);
  expect(await titles("")).toEqual([]);
});
