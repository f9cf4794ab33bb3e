import { notes } from "../../../src/features/notes/index.ts";
import { testCsrf } from "../../csrf.ts";
import type { Account } from "../../harness.ts";
import { createNote } from "./notes.ts";

const make = async (owner: Account) => (await createNote(owner, "Made")).id;

testCsrf(notes, {
  "POST /api/notes": { fields: { title: "Made" } },
  "PATCH /api/notes/:id": { fields: { title: "Changed" }, make },
  "DELETE /api/notes/:id": { make },
  "POST /notes": { fields: { submission: crypto.randomUUID(), title: "Made" } },
  "POST /notes/:id": { fields: { title: "Changed", version: 1 }, make },
  "POST /notes/:id/delete": { make },
  "POST /notes/:id/restore": { make },
});
