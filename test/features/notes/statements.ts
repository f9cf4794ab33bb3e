/** Executes the statements of notes that no request executes: searches for one letter and for a phrase, and a rare repetition. */
import { env } from "cloudflare:test";
import { countNotes, listNotes } from "../../../src/features/notes/list-store.ts";
import { createNote, deleteNote } from "../../../src/features/notes/store.ts";
import { createAccount } from "../../harness.ts";

export async function executeStatements(): Promise<void> {
  for (const q of ["", "a", "ada"]) {
    await listNotes(env.DB, "nobody", { q, limit: 20, cursor: { direction: "previous", key: 1 } });
    await countNotes(env.DB, "nobody", q);
  }
  const note = { ownerId: (await createAccount()).user.id, title: "t", body: "", id: crypto.randomUUID() };
  await createNote(env.DB, note);
  await deleteNote(env.DB, note.id);
  await createNote(env.DB, note);
}
