/** Searches of notes give the results of a naive search, and the index stays exact. */
import { env } from "cloudflare:test";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { eachNote, listNotes } from "../../../src/features/notes/list-store.ts";
import { notesQuery } from "../../../src/features/notes/schema.ts";
import { createNote, deleteNote, updateNote } from "../../../src/features/notes/store.ts";
import { restoreNote } from "../../../src/features/notes/trash-store.ts";
import { deleteUser } from "../../../src/identity/users/users.ts";
import type { Cursor } from "../../../src/web/request/paging.ts";
import { parseSearch, SHORT_SEARCH_ROWS } from "../../../src/web/request/search.ts";
import { type Account, createAccount, send } from "../../harness.ts";
import { countRows } from "../../row-counter.ts";

let me: Account;
beforeEach(async () => {
  me = await createAccount();
});

async function add(title: string, body = "", ownerId = me.user.id): Promise<string> {
  const note = await createNote(env.DB, { ownerId, title, body });
  if (typeof note === "string") throw new Error(note);
  return note.id;
}

async function find(q: string, ownerId = me.user.id): Promise<string[]> {
  const { items } = await listNotes(env.DB, ownerId, { q, limit: 100 });
  return items.map(({ title }) => title);
}

/** Yields a value of each note on all pages of a search. */
async function* eachFound(ownerId: string, q: string, limit: number, key: "id" | "title" = "title") {
  let query = { q, limit: String(limit) };
  for (;;) {
    const { items, nextCursor } = await listNotes(env.DB, ownerId, notesQuery.parse(query));
    for (const item of items) yield item[key];
    if (nextCursor === null) return;
    query = { ...query, cursor: nextCursor } as typeof query;
  }
}

/** @throws If the index does not contain exactly the texts of the notes. */
const checkIndex = () =>
  env.DB.prepare("INSERT INTO notes_search (notes_search, rank) VALUES ('integrity-check', 1)").run();

describe("a search finds a text", () => {
  // Each row has a search, a text that contains it, and a text that does not.
  test.each([
    ["wörld", "Hello WÖRLD!", "Hello world"],
    ["100%", "100% sure", "100 sure"],
    ["a_b", "a_b", "axb"],
    ["_", "under_score", "underscore"],
    ["%", "per%cent", "percent"],
    ["*", "a*b", "ab"],
    ["?", "why?", "why"],
    ["[", "a[b", "ab"],
    ["[a", "x[ay", "xay"],
    ["a]", "a]b", "ab"],
    ["^a", "x^a", "xa"],
    ["-a", "x-ay", "xa"],
    ["\\", "a\\b", "a/b"],
    ["[ab]", "x[ab]y", "xay"],
    ["a*c", "a*c", "abc"],
    ['"', 'say "x"', "say x"],
    ['"x"', 'say "x" now', "say x now"],
    ["it's", "it's", "its"],
    ["NEAR(", "NEAR(a b)", "near a"],
    ["a OR b", "a or b", "a and b"],
    ["NOT", "not here", "no there"],
    ["title:", "title: x", "title x"],
    ["a - b", "a - b", "a b"],
    ["😀", "so 😀!", "so 😃!"],
    ["😀😀", "😀😀", "😀 😀"],
    ["👩‍👩‍👧", "family 👩‍👩‍👧", "👩👩👧"],
    ["ὀδυσσεύς", "ὈΔΥΣΣΕΎΣ", "ὈΔΥΣΣΕΑΣ"],
    ["ς", "ΣΑΣ", "ΟΑΟ"],
    ["İstanbul", "İSTANBUL", "Istanbul"],
    ["istanbul", "ISTANBUL", "İstanbul"],
    ["İ", "İzmir", "izmir"],
    ["straße", "STRAẞE", "STRASSE"],
    ["ß", "Maß", "Mass"],
    ["été", "l'ÉTÉ", "l'ete"],
    ["e\u0301te\u0301", "ÉTÉ", "ete"],
    ["ÉTÉ", "e\u0301te\u0301", "ete"],
    ["é", "CAFE\u0301", "CAFE"],
    ["k", "20 \u212a", "20 C"],
    ["\u212a", "20 k", "20 c"],
    ["200k", "200\u212a", "200c"],
    ["д", "ДА", "НЕТ"],
    ["東京", "東京都", "東 京"],
    ["東京都", "私は東京都へ", "京都東"],
    [" a", "b a", "ba"],
    ["a\nb", "xa\nby", "xa by"],
    ["\u{f0001}", "x\u{f0001}", "x"],
  ])("%j is in %j and not in %j", async (q, text, other) => {
    await add(text);
    await add("of a body", `… ${text} …`);
    await add(other, other);
    expect(await find(q)).toEqual(["of a body", text]);
  });

  test("if it has 200 characters", async () => {
    const long = "ab".repeat(100);
    await add(long);
    await add(`${long.slice(0, -1)}c`);
    expect(await find(long)).toEqual([long]);
  });

  test("at the end of a title, but not across title and body", async () => {
    await add("one two", "three four");
    expect(await find("two")).toEqual(["one two"]);
    expect(await find("twothree")).toEqual([]);
  });
});

test("a search for 1 or 2 characters covers the newest 1,000 notes", async () => {
  await env.DB.prepare(
    `INSERT INTO notes (position, id, owner_id, title, body, version, created_at, updated_at)
     SELECT (SELECT number << 28 FROM users WHERE id = ?1) + 1000000 - value, ?1 || value, ?1, 'n' || value, '', 1, '', ''
     FROM json_each(?2) ORDER BY 1`,
  )
    .bind(me.user.id, JSON.stringify(Array.from({ length: SHORT_SEARCH_ROWS + 1 }, (_, i) => i)))
    .run();
  const all = async (q: string) => {
    const found: string[] = [];
    for await (const title of eachFound(me.user.id, q, 100)) found.push(title);
    return found;
  };
  const newestFirst = Array.from({ length: SHORT_SEARCH_ROWS }, (_, i) => `n${SHORT_SEARCH_ROWS - i}`);
  expect(await all("n")).toEqual(newestFirst);
  expect(await find("n0"), "the oldest note is not one of them").toEqual([]);
  expect(await all("")).toEqual([...newestFirst, "n0"]);
});

test("short and long searches agree about every letter that has a case", async () => {
  const letters = Array.from({ length: 0x1e950 }, (_, code) => String.fromCodePoint(code)).filter(
    (letter) => letter.isWellFormed() && /\p{Changes_When_Casemapped}|\p{Changes_When_Casefolded}/u.test(letter),
  );
  expect(letters.length).toBeGreaterThan(2800);
  await env.DB.batch([
    env.DB.prepare("CREATE TABLE letters (id INTEGER PRIMARY KEY, text TEXT)"),
    env.DB.prepare("INSERT INTO letters SELECT key, '##' || value FROM json_each(?)").bind(JSON.stringify(letters)),
    env.DB.prepare(
      "CREATE VIRTUAL TABLE letters_search USING fts5 (text, content='letters', content_rowid='id', tokenize='trigram')",
    ),
    env.DB.prepare("INSERT INTO letters_search (letters_search) VALUES ('rebuild')"),
  ]);
  const pairs = letters.map((letter) => {
    const short = parseSearch(letter);
    const [pattern = ""] = short.kind === "short" ? short.patterns : [];
    expect(new TextEncoder().encode(pattern).length, "D1's limit").toBeLessThanOrEqual(50);
    return { letter, glob: `##${pattern.slice(1, -1)}`, phrase: `"##${letter}"` };
  });
  const { results } = await env.DB.prepare(
    `SELECT value->>'letter' AS letter FROM json_each(?) WHERE
      (SELECT group_concat(id) FROM (SELECT id FROM letters WHERE text GLOB value->>'glob' ORDER BY id)) IS NOT
      (SELECT group_concat(rowid) FROM (SELECT rowid FROM letters_search WHERE letters_search MATCH value->>'phrase' ORDER BY rowid))`,
  )
    .bind(JSON.stringify(pairs))
    .all();
  await env.DB.batch(["letters_search", "letters"].map((name) => env.DB.prepare(`DROP TABLE ${name}`)));
  expect(results).toEqual([]);
}, 120_000);

const TEXT = fc.string({
  unit: fc.constantFrom("a", "A", "b", "Σ", "ς", "😀", " ", '"', "%"),
  minLength: 1,
  maxLength: 12,
});
const STEP = fc.record({
  kind: fc.constantFrom("create", "create", "update", "delete", "restore", "search", "page"),
  at: fc.nat(50),
  title: TEXT,
  body: TEXT,
});

test("after any history, searches, pages and the export contain the same notes as a naive search", async () => {
  const fold = (text: string) => text.toLowerCase().replaceAll("ς", "σ");
  const run = async (steps: readonly (typeof STEP extends fc.Arbitrary<infer T> ? T : never)[]) => {
    const [owner, other] = [(await createAccount()).user.id, (await createAccount()).user.id];
    // Newest first. Deleted notes keep their place.
    const notes: { id: string; title: string; body: string; isDeleted: boolean }[] = [];
    const pick = (isDeleted: boolean, at: number) => {
      const some = notes.filter((note) => note.isDeleted === isDeleted);
      return some[at % Math.max(some.length, 1)];
    };
    const expected = (q: string) =>
      notes
        .filter(
          ({ isDeleted, title, body }) => !isDeleted && [title, body].some((text) => fold(text).includes(fold(q))),
        )
        .map(({ id }) => id);
    for (const { kind, at, title, body } of steps) {
      await add(title, body, other);
      const [live, deleted] = [pick(false, at), pick(true, at)];
      if (kind === "create") notes.unshift({ id: await add(title, body, owner), title, body, isDeleted: false });
      else if (kind === "update" && live) {
        await updateNote(env.DB, live.id, at % 2 ? { title } : { body });
        Object.assign(live, at % 2 ? { title } : { body });
      } else if (kind === "delete" && live) {
        await deleteNote(env.DB, live.id);
        live.isDeleted = true;
      } else if (kind === "restore" && deleted) {
        await restoreNote(env.DB, deleted.id);
        deleted.isDeleted = false;
      }
      for (const q of ["", title, body, [...title].slice(0, 2).join(""), [...body].slice(-3).join(""), "aa", "Σ"]) {
        const found: string[] = [];
        for await (const id of eachFound(owner, q, 2, "id")) found.push(id);
        expect(found, `for ${JSON.stringify(q)}`).toEqual(expected(q));
      }
    }
    const exported: string[] = [];
    for await (const { id } of eachNote(env.DB, owner)) exported.push(id);
    expect(exported).toEqual(expected("").reverse());
    await checkIndex();
    await deleteUser(env.DB, owner);
    await checkIndex();
  };
  await fc.assert(fc.asyncProperty(fc.array(STEP, { minLength: 1, maxLength: 12, size: "max" }), run), { numRuns: 12 });
}, 300_000);

test("a list or a search reads no more rows because of the notes of others, even on late pages", async () => {
  const rowsRead = async (q: string, cursor?: Cursor<number>) => {
    const { db, rowsOf } = countRows();
    return rowsOf(listNotes(db, middle, { q, cursor, limit: 20 }));
  };
  const [older, middle, newer] = [me.user.id, (await createAccount()).user.id, (await createAccount()).user.id];
  const fill = (ownerId: string, count: number) =>
    env.DB.prepare(
      `INSERT INTO notes (position, id, owner_id, title, body, version, created_at, updated_at)
       SELECT (SELECT (number + 1) << 28 FROM users WHERE id = ?1) - count(*) OVER () + key, ?1 || value, ?1, 'the title',
         'aaa' || value, 1, '', '' FROM json_each(?2)`,
    )
      .bind(ownerId, JSON.stringify(Array.from({ length: count }, (_, i) => i)))
      .run();
  const NOTES = 60;
  await fill(middle, NOTES);
  const measure = async () => {
    const rows: Record<string, number> = {};
    for (const q of ["", "th", "zz", "the", "aaa", "the title", "aaa the", "zzz"]) {
      const first = await rowsRead(q);
      rows[q] = first;
      for (const direction of ["next", "previous"] as const) {
        const deep = await rowsRead(q, { direction, key: 2 ** 28 - 30 });
        // A page at a cursor also looks for one row on the other side of it. A short search finds its range again for that.
        expect(deep - first, `${q}, ${direction} at depth`).toBeLessThan(q.length === 2 ? 6 + NOTES : 6);
        rows[`${q}, ${direction} at depth`] = deep;
      }
    }
    return rows;
  };
  const alone = await measure();
  for (const other of [older, newer]) await fill(other, 500);
  // The row that ends each of the two ranges may belong to another owner.
  for (const [search, rows] of Object.entries(await measure()))
    expect(rows - (alone[search] ?? 0), search).toBeLessThan(5);
  expect(Math.max(...Object.values(alone))).toBeLessThan(200);
});

describe("a position", () => {
  const positions = async (table: string, ownerId: string) =>
    (
      await env.DB.prepare(
        `SELECT position >> 28 = (SELECT number FROM users WHERE id = owner_id) AS own, position & 268435455 AS place
         FROM ${table} WHERE owner_id = ? ORDER BY position`,
      )
        .bind(ownerId)
        .all()
    ).results;

  test("is one below the lowest, including deleted notes, and does not change", async () => {
    const [first, second] = [await add("first"), await add("second")];
    await deleteNote(env.DB, second);
    await add("third");
    expect(await find("")).toEqual(["third", "first"]);
    await restoreNote(env.DB, second);
    await updateNote(env.DB, first, { title: "First" });
    expect(await find("")).toEqual(["third", "second", "First"]);
    expect(await positions("notes", me.user.id)).toEqual([3, 2, 1].map((n) => ({ own: 1, place: 2 ** 28 - n })));
  });

  test("never falls into another owner's range: after the last position, no note is created", async () => {
    const last = await add("last");
    const owner = "(SELECT number FROM users WHERE id = owner_id)";
    await env.DB.prepare(`UPDATE notes SET position = (${owner} << 28) + 2 WHERE id = ?`).bind(last).run();
    const note = await createNote(env.DB, { ownerId: me.user.id, title: "one more", body: "" });
    expect(note).toMatchObject({ title: "one more" });
    expect(await createNote(env.DB, { ownerId: me.user.id, title: "too many", body: "" })).toBe("quota");
    expect((await positions("notes", me.user.id)).map(({ place }) => place)).toEqual([1, 2]);
    await env.DB.prepare("DELETE FROM notes").run();
  });

  test("of another owner is refused", async () => {
    const insert = env.DB.prepare(
      `INSERT INTO notes (position, id, owner_id, title, body, version, created_at, updated_at)
       VALUES (?, 'x', ?, '', '', 1, '', '')`,
    );
    await expect(insert.bind(1, me.user.id).run()).rejects.toThrow("must begin with the number of its owner");
  });
});

describe("while the search index is missing", () => {
  const triggers = ["insert", "delete", "before_update", "update"].map((name) => `notes_search_${name}`);
  let schema: string[] = [];
  beforeEach(async () => {
    const select = env.DB.prepare(
      "SELECT sql FROM sqlite_master WHERE name = 'notes_search' OR name LIKE 'notes\\_search\\_%' ESCAPE '\\' AND type = 'trigger'",
    );
    schema = (await select.all<{ sql: string }>()).results.map(({ sql }) => sql);
    await env.DB.batch(
      [...triggers.map((name) => `DROP TRIGGER ${name}`), "DROP TABLE notes_search"].map((sql) => env.DB.prepare(sql)),
    );
  });
  afterEach(async () => {
    await env.DB.batch(schema.map((sql) => env.DB.prepare(sql)));
    await env.DB.prepare("INSERT INTO notes_search (notes_search) VALUES ('rebuild')").run();
  });

  test("searches respond with 503 and Retry-After, and everything else works", async () => {
    const search = await send("/api/notes?q=tea", { headers: me.headers });
    expect([search.status, search.headers.get("Retry-After")]).toEqual([503, expect.stringMatching(/^\d+$/)]);
    const body = JSON.stringify({ title: "Tea" });
    const headers = { ...me.headers, "Content-Type": "application/json" };
    const created = await send("/api/notes", { method: "POST", headers, body });
    expect(created.status).toBe(201);
    const path = created.headers.get("Location") ?? "";
    expect((await send(path, { method: "PATCH", headers, body })).status).toBe(200);
    expect((await send("/api/notes?q=te", { headers: me.headers })).status).toBe(200);
    expect((await send("/api/notes", { headers: me.headers })).status).toBe(200);
    expect((await send(path, { method: "DELETE", headers: me.headers })).status).toBe(204);
  });
});
