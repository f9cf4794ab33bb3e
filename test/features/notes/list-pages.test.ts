/** Lists and searches of notes have the same pages and counts as a plain model, in both directions. */
import { env } from "cloudflare:test";
import { beforeEach, describe, expect, test } from "vitest";
import { countNotes, listNotes } from "../../../src/features/notes/list-store.ts";
import { notesQuery, type StoredNote } from "../../../src/features/notes/schema.ts";
import { createNote, deleteNote, updateNote } from "../../../src/features/notes/store.ts";
import { restoreNote } from "../../../src/features/notes/trash-store.ts";
import { MAX_COUNT } from "../../../src/web/request/count.ts";
import type { Cursor } from "../../../src/web/request/paging.ts";
import { type Account, createAccount } from "../../harness.ts";
import { expectPage, walk } from "../../page-model.ts";
import { countRows } from "../../row-counter.ts";

let me: Account;
/** Newest first, without deleted notes. */
let notes: StoredNote[];

/** Neighbours of the numbers of `me`, whose notes surround those of `me` in the table. */
let others: readonly Account[];

const add = async (title: string, { user }: Account = me) => {
  const note = await createNote(env.DB, { ownerId: user.id, title, body: title === "tea" ? "" : "green tea" });
  if (typeof note === "string") throw new Error(note);
  return note;
};

beforeEach(async () => {
  const before = await createAccount();
  me = await createAccount();
  others = [before, await createAccount()];
  for (const other of others) for (const title of ["tea", "theirs"]) await add(title, other);
  notes = [];
  for (const title of ["tea", "Tea time", "toast", "t", "coffee", "tea", "toast"]) notes.unshift(await add(title));
});

const contains = (q: string) => (note: StoredNote) =>
  [note.title, note.body].some((text) => text.toLowerCase().includes(q.toLowerCase()));

const decode = (cursor: string) => notesQuery.parse({ cursor }).cursor as Cursor<number>;

async function listingOf(q: string) {
  const select = env.DB.prepare("SELECT id, position & 268435455 AS place FROM notes WHERE owner_id = ?");
  const { results } = await select.bind(me.user.id).all<{ id: string; place: number }>();
  const places = new Map(results.map(({ id, place }) => [id, place]));
  const model = {
    rows: notes.filter(contains(q)),
    keyOf: ({ id }: StoredNote) => places.get(id) ?? Number.NaN,
    direction: "ASC",
  } as const;
  const read = (limit: number, cursor?: string) =>
    listNotes(env.DB, me.user.id, { q, limit, cursor: cursor === undefined ? undefined : decode(cursor) });
  return { read, decode, model };
}

describe.each(["", "t", "TE", "tea", "toast", "coffee", "zzz"])("for %j", (q) => {
  test("pages in both directions and counts are exact, also at cursors from before changes", async () => {
    const walkAll = async (limits: readonly number[]) => {
      const { model, ...listing } = await listingOf(q);
      expect(await countNotes(env.DB, me.user.id, q)).toEqual({ count: model.rows.length, isMore: false });
      const all = limits.map(async (limit) => [limit, await walk(listing, model, limit)] as const);
      return Promise.all(all);
    };
    const kept = await walkAll([1, 2, 3, 7]);
    const expectKept = async () => {
      const { read, model } = await listingOf(q);
      for (const [limit, cursors] of kept)
        for (const cursor of cursors) expectPage(await read(limit, cursor), model, limit, decode(cursor));
    };
    const [newest, second, third] = notes;
    const oldest = notes.at(-1);
    if (!newest || !second || !third || !oldest) throw new Error("There are too few notes");
    for (const { id } of [newest, second, oldest]) await deleteNote(env.DB, id);
    const changed = await updateNote(env.DB, third.id, { title: "tea toast" });
    if (typeof changed === "string") throw new Error(changed);
    notes = notes.slice(2, -1).map((note) => (note.id === changed.id ? changed : note));
    await expectKept();
    notes.unshift(await add("new tea"));
    await restoreNote(env.DB, second.id);
    notes.splice(1, 0, second);
    await expectKept();
    await walkAll([2]);
    for (const { id } of notes) await deleteNote(env.DB, id);
    notes = [];
    await expectKept();
  });

  test("no cursor leads to the notes of other users", async () => {
    const mine = new Set(notes.map(({ id }) => id));
    for (const direction of ["next", "previous"] as const) {
      for (const key of [0, 1, 2 ** 28 - 4, 2 ** 28 - 1, 2 ** 28, 2 ** 29, 2 ** 32, 2 ** 40, 999_999_999_999_999]) {
        const { items } = await listNotes(env.DB, me.user.id, { q, cursor: { direction, key }, limit: 100 });
        expect([direction, key, items.filter(({ id }) => !mine.has(id))]).toEqual([direction, key, []]);
      }
    }
  });
});

test("a count reads a bounded number of rows", async () => {
  await env.DB.prepare(
    `INSERT INTO notes (position, id, owner_id, title, body, version, created_at, updated_at)
     SELECT (SELECT number << 28 FROM users WHERE id = ?1) + 1000000 + value, ?1 || value, ?1, 'many', 'x', 1, '', ''
     FROM json_each(?2)`,
  )
    .bind(me.user.id, JSON.stringify(Array.from({ length: 2 * MAX_COUNT }, (_, i) => i)))
    .run();
  const { db, rowsOf } = countRows();
  expect(await rowsOf(countNotes(db, me.user.id, ""))).toBeLessThan(5);
  expect(await countNotes(db, me.user.id, "")).toEqual({ count: 2 * MAX_COUNT + 7, isMore: false });
  expect(await rowsOf(countNotes(db, me.user.id, "many"))).toBeLessThan(MAX_COUNT + 50);
  expect(await countNotes(db, me.user.id, "many")).toEqual({ count: MAX_COUNT, isMore: true });
  expect(await rowsOf(countNotes(db, me.user.id, "y"))).toBeLessThan(3 * MAX_COUNT);
  expect(await countNotes(db, me.user.id, "y")).toEqual({ count: MAX_COUNT, isMore: false });
});
