import { env } from "cloudflare:test";
import { expect, test } from "vitest";
import { deleteUser } from "../../../src/identity/users/users.ts";
import { type Account, createAccount } from "../../harness.ts";
import { createNote } from "./notes.ts";

test("the notes of a user who is deleted are gone, and nobody else's", async () => {
  const [account, other] = [await createAccount(), await createAccount()];
  for (const owner of [account, other]) await createNote(owner, "title");
  const countOf = ({ user }: Account) =>
    env.DB.prepare("SELECT count(*) AS n FROM notes WHERE owner_id = ?").bind(user.id).first("n");
  await deleteUser(env.DB, account.user.id);
  expect([await countOf(account), await countOf(other)]).toEqual([0, 1]);
});
