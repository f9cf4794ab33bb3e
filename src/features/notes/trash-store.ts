/** Deleted notes in D1: they can be restored for 30 days, then the sweep removes them. */
import type { Erasure } from "../../env.ts";
import { fitsQuota } from "../../limits/quotas.ts";
import { type Sweep, sweepRows } from "../../web/app/sweep.ts";
import type { Database } from "../../web/platform/request-database.ts";
import { NOTES_QUOTA } from "./quotas.ts";
import type { StoredNote } from "./schema.ts";
import { NOTE_COLUMNS, STORED_COLUMNS } from "./store.ts";

/** Finds the owner of a note, deleted or not. @returns Null for an id of neither. */
export function findOwner(db: Database, id: string): Promise<string | null> {
  return db
    .prepare("SELECT owner_id FROM notes WHERE id = ?1 UNION ALL SELECT owner_id FROM deleted_notes WHERE id = ?1")
    .bind(id)
    .first<string>("owner_id");
}

/**
 * Restores a deleted note unchanged. A note that is not deleted stays as it is.
 *
 * @returns "quota" if the owner's quota of notes is used up: the note stays deleted.
 */
export async function restoreNote(db: Database, id: string): Promise<StoredNote | "missing" | "quota"> {
  const fits = fitsQuota(NOTES_QUOTA, { userId: "deleted_notes.owner_id", adding: "1" });
  const [, , restored, deleted] = await db.batch<StoredNote>([
    db
      .prepare(
        `INSERT INTO notes (${STORED_COLUMNS}) SELECT ${STORED_COLUMNS} FROM deleted_notes
         WHERE id = ? AND ${fits} ON CONFLICT (id) DO NOTHING`,
      )
      .bind(id),
    db.prepare("DELETE FROM deleted_notes WHERE id = ? AND id IN (SELECT id FROM notes)").bind(id),
    db.prepare(`SELECT ${NOTE_COLUMNS} FROM notes WHERE id = ?`).bind(id),
    db.prepare(`SELECT ${NOTE_COLUMNS} FROM deleted_notes WHERE id = ?`).bind(id),
  ]);
  return restored?.results[0] ?? (deleted?.results.length ? "quota" : "missing");
}

const RETENTION_MS = 30 * 24 * 60 * 60 * 1000;

/** Notes that were deleted 30 days ago or earlier. */
export const expiredNotes: Sweep = sweepRows({
  table: "deleted_notes",
  key: "position",
  where: "deleted_at <= ?",
  values: () => [Date.now() - RETENTION_MS],
});

/** Notes are erased when their owner is deleted. The owner's range of positions selects them; see the migration. */
export const notesOfUsers: readonly Erasure[] = ["notes", "deleted_notes"].map((table) => ({
  table,
  key: "position",
  owner: `${table}.position >= deleted_users.number << 28 AND ${table}.position < (deleted_users.number + 1) << 28`,
}));
