import { env } from "cloudflare:test";
import { expect, test } from "vitest";
import { deleteNote, createNote as storeNote } from "../../../src/features/notes/store.ts";
import { restoreNote } from "../../../src/features/notes/trash-store.ts";
import { deleteUser } from "../../../src/identity/users/users.ts";
import { type Account, createAccount, send, sendJson } from "../../harness.ts";
import { sweepAll } from "../../sweep.ts";
import { createNote } from "./notes.ts";

test("the notes of a deleted user are erased, and those of others are kept", async () => {
  const [account, other] = [await createAccount(), await createAccount()];
  for (const owner of [account, other]) {
    await createNote(owner, "kept");
    const { id } = await createNote(owner, "deleted");
    await send(`/api/notes/${id}`, { method: "DELETE", headers: owner.headers });
  }
  const countOf = async ({ user }: Account) => {
    const counts = ["notes", "deleted_notes"].map((table) =>
      env.DB.prepare(`SELECT count(*) AS n FROM ${table} WHERE owner_id = ?`).bind(user.id).first("n"),
    );
    return Promise.all(counts);
  };
  await deleteUser(env.DB, account.user.id);
  await sweepAll();
  expect([await countOf(account), await countOf(other)]).toEqual([
    [0, 0],
    [1, 1],
  ]);
});

test("writes that race with the deletion of their owner leave no note", { timeout: 60_000 }, async () => {
  for (let round = 0; round < 4; round++) {
    const { user } = await createAccount();
    const create = () => storeNote(env.DB, { ownerId: user.id, title: "t", body: "" });
    const made = await Promise.all([create(), create(), create()]);
    const ids = made.flatMap((note) => (typeof note === "string" ? [] : note.id));
    await deleteNote(env.DB, ids[0] ?? "");
    const write = () => [create(), deleteNote(env.DB, ids[1] ?? ""), restoreNote(env.DB, ids[0] ?? "")];
    const writes: Promise<unknown>[] = write();
    const deletion = deleteUser(env.DB, user.id);
    writes.push(...write());
    const results = await Promise.allSettled([...writes, deletion.then(() => sweepAll())]);
    const late = results.at(3);
    expect(late?.status === "fulfilled" ? late.value : "refused").toBe("refused");
    await sweepAll();
    const left = ["notes", "deleted_notes"].map((table) =>
      env.DB.prepare(`SELECT count(*) AS n FROM ${table} WHERE owner_id = ?`).bind(user.id).first("n"),
    );
    expect(await Promise.all(left)).toEqual([0, 0]);
  }
});

test("POST /api/notes responds with 401 if the owner is deleted before the note is stored", async () => {
  const { user, headers } = await createAccount();
  const DB = Object.assign(Object.create(env.DB), {
    withSession: (constraint: string) => {
      const session = env.DB.withSession(constraint);
      const prepare = (sql: string) => {
        if (!sql.startsWith("INSERT INTO notes")) return session.prepare(sql);
        const bind = (...values: unknown[]) => ({
          first: async () => {
            await deleteUser(env.DB, user.id);
            return session
              .prepare(sql)
              .bind(...values)
              .first();
          },
        });
        return { bind };
      };
      return { prepare, batch: session.batch.bind(session), getBookmark: () => session.getBookmark() };
    },
  });
  const response = await sendJson("POST", "/api/notes", { title: "t", body: "" }, headers, { DB });
  expect([response.status, response.headers.get("WWW-Authenticate")]).toEqual([401, "Bearer"]);
  expect(await response.json()).toMatchObject({ detail: "This account has been deleted." });
});
