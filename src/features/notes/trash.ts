/** The notes that were deleted and can be brought back, for 30 days. */
import type { Env } from "../../env.ts";
import { fitsQuota } from "../../limits/quotas.ts";
import type { StoredNote } from "./schema.ts";
import { NOTE_COLUMNS } from "./store.ts";

const COLUMNS = "id, owner_id, title, body, folded_title, folded_body, version, created_at, updated_at";

/** Whose a note is or was; null where there is none, nor has been. */
export function findOwner(db: D1Database, id: string): Promise<string | null> {
  return db
    .prepare("SELECT owner_id FROM notes WHERE id = ?1 UNION ALL SELECT owner_id FROM deleted_notes WHERE id = ?1")
    .bind(id)
    .first<string>("owner_id");
}

/**
 * Brings a note back as it was. Does nothing where that has been done.
 *
 * @returns "quota" where the owner has as many notes as the quota allows: then it stays where it is.
 */
export async function restoreNote(db: D1Database, id: string): Promise<StoredNote | "missing" | "quota"> {
  const fits = fitsQuota("notes", { userId: "deleted_notes.owner_id", adding: "1" });
  const [, , restored, deleted] = await db.batch<StoredNote>([
    db
      .prepare(
        `INSERT INTO notes SELECT ${COLUMNS} FROM deleted_notes WHERE id = ? AND ${fits} ON CONFLICT (id) DO NOTHING`,
      )
      .bind(id),
    db.prepare("DELETE FROM deleted_notes WHERE id = ? AND id IN (SELECT id FROM notes)").bind(id),
    db.prepare(`SELECT ${NOTE_COLUMNS} FROM notes WHERE id = ?`).bind(id),
    db.prepare(`SELECT ${NOTE_COLUMNS} FROM deleted_notes WHERE id = ?`).bind(id),
  ]);
  return restored?.results[0] ?? (deleted?.results.length ? "quota" : "missing");
}

const RETENTION_MS = 30 * 24 * 60 * 60 * 1000;

/** Rows at a time, lest one statement hold the database up. */
const BATCH = 500;

/** Removes for good what was deleted 30 days ago. Safe to run twice; the next run makes up for one that fails. */
export async function sweepDeletedNotes({ DB }: Pick<Env, "DB">): Promise<void> {
  const old = "SELECT id FROM deleted_notes WHERE deleted_at <= ? LIMIT ?";
  const statement = DB.prepare(`DELETE FROM deleted_notes WHERE id IN (${old})`);
  while ((await statement.bind(Date.now() - RETENTION_MS, BATCH).run()).meta.changes === BATCH);
}
