/** The paths that `npm run paths --prefix test/bench` measures. */
import { listNotes } from "../../../src/features/notes/list-store.ts";
import { notesPage } from "../../../src/features/notes/pages.ts";
import { type NotesQuery, notesQuery, type StoredNote } from "../../../src/features/notes/schema.ts";
import { getNote } from "../../../src/features/notes/store.ts";
import type { MeasuredPaths } from "../../bench/paths/measured.ts";

export const measuredPaths: MeasuredPaths<StoredNote, NotesQuery> = {
  api: "/api/notes",
  body: { title: "A note", body: "A short text. ".repeat(10) },
  page: "/notes",
  query: notesQuery,
  read: getNote,
  list: listNotes,
  render: (context, { q }, notes) => {
    const count = { count: notes.items.length, isMore: false };
    return notesPage(context, { q, cursor: undefined, limit: undefined, notes, count });
  },
};
