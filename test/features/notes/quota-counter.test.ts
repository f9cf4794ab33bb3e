/** The counter of the quota `notes`, which triggers keep: it equals the rows, whatever a user does. */
import { env } from "cloudflare:test";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NOTES_QUOTA } from "../../../src/features/notes/quotas.ts";
import { createNote, deleteNote } from "../../../src/features/notes/store.ts";
import { restoreNote } from "../../../src/features/notes/trash-store.ts";
import { deleteUser } from "../../../src/identity/users/users.ts";
import { createAccount } from "../../harness.ts";
import { leaveRoom, usageOf } from "../../limits/quota-usage.ts";
import { sweepAll } from "../../sweep.ts";

const countNotes = (userId: string) =>
  env.DB.prepare("SELECT count(*) AS count FROM notes WHERE owner_id = ?").bind(userId).first<number>("count");

/** A counter that notes must leave alone. */
const OTHER = { name: "other", limit: 10, unit: "", refusal: "" };

describe("an account with a note and a deleted note is deleted", () => {
  const fill = async () => {
    const { user } = await createAccount();
    for (const title of ["kept", "deleted"]) {
      const note = await createNote(env.DB, { ownerId: user.id, title, body: "" });
      if (typeof note === "string") throw new Error(note);
      if (title === "deleted") await deleteNote(env.DB, note.id);
    }
    expect(await usageOf(user.id)).toEqual({ notes: 1 });
    return user.id;
  };

  /** The rows of these tables may be deleted in any order: the counters with the user, the others in batches. */
  const TABLES = ["notes", "deleted_notes", "quota_usage"];
  const ORDERS = TABLES.flatMap((first) => TABLES.filter((table) => table !== first).map((then) => [first, then]));

  const CASES = [[], ...ORDERS].map((tables) => ({ tables, order: tables.join(" and ") || "no table" }));

  test.each(CASES)("with $order deleted first, and no row or counter of it is left", async ({ tables }) => {
    const id = await fill();
    for (const table of tables) {
      const owner = table === "quota_usage" ? "user_id" : "owner_id";
      await env.DB.prepare(`DELETE FROM ${table} WHERE ${owner} = ?`).bind(id).run();
    }
    if (tables[0] === "quota_usage") expect(await usageOf(id), "a deleted counter does not return").toEqual({});
    expect(await deleteUser(env.DB, id)).toMatchObject({ id });
    await sweepAll();
    expect([await countNotes(id), await usageOf(id)]).toEqual([0, {}]);
  });
});

/** An action of a user; `at` picks one of the notes. */
const STEP = fc.record({ kind: fc.constantFrom("create", "delete", "restore", "repeat"), at: fc.nat(50) });
type Step = typeof STEP extends fc.Arbitrary<infer T> ? T : never;

const ROOM = 2;

test("after any sequence of actions the counter equals the notes, and only what does not fit is refused", async () => {
  const pick = (list: readonly string[], index: number) => list[index % Math.max(list.length, 1)];

  const run = async (steps: readonly Step[]) => {
    const [{ user }, { user: bystander }] = [await createAccount(), await createAccount()];
    await createNote(env.DB, { ownerId: bystander.id, title: "t", body: "" });
    await leaveRoom(user.id, NOTES_QUOTA, ROOM);
    await leaveRoom(user.id, OTHER, 3);
    const [notes, trash]: [string[], string[]] = [[], []];

    const take = async ({ kind, at }: Step): Promise<void> => {
      if (kind === "create") {
        const note = await createNote(env.DB, { ownerId: user.id, title: "t", body: "" });
        expect(note === "quota").toBe(notes.length === ROOM);
        if (typeof note !== "string") notes.push(note.id);
      } else if (kind === "repeat") {
        const id = pick(notes, at);
        if (id === undefined) return;
        const note = await createNote(env.DB, { ownerId: user.id, title: "again", body: "", id });
        expect(note, "the note that exists").toMatchObject({ id, title: "t", version: 1 });
      } else if (kind === "delete") {
        const id = pick(notes, at);
        if (id === undefined) return;
        await deleteNote(env.DB, id);
        trash.push(...notes.splice(notes.indexOf(id), 1));
      } else {
        const id = pick([...trash, ...notes], at);
        if (id === undefined) return;
        const restored = await restoreNote(env.DB, id);
        const fits = notes.includes(id) || notes.length < ROOM;
        expect(typeof restored === "string" ? restored : restored.id).toBe(fits ? id : "quota");
        if (fits && trash.includes(id)) notes.push(...trash.splice(trash.indexOf(id), 1));
      }
    };

    for (const step of steps) {
      await take(step);
      expect(await countNotes(user.id)).toBe(notes.length);
      expect(await usageOf(user.id)).toEqual({ notes: NOTES_QUOTA.limit - ROOM + notes.length, other: 7 });
    }
    await deleteUser(env.DB, user.id);
    await sweepAll();
    expect([await countNotes(user.id), await usageOf(user.id)]).toEqual([0, {}]);
    expect(await usageOf(bystander.id)).toEqual({ notes: 1 });
  };

  await fc.assert(fc.asyncProperty(fc.array(STEP, { minLength: 1, maxLength: 20, size: "max" }), run), { numRuns: 50 });
}, 120_000);
