/** Reads and writes single notes in D1; `list-store.ts` lists them, and `trash-store.ts` has the deleted ones. */
import { v7 as uuidv7 } from "uuid";
import { fitsQuota } from "../../limits/quotas.ts";
import type { Database } from "../../web/platform/request-database.ts";
import { NOTES_QUOTA } from "./quotas.ts";
import type { NoteInput, NotePatch, StoredNote } from "./schema.ts";

export const NOTE_COLUMNS =
  "id, owner_id AS ownerId, title, body, version, created_at AS createdAt, updated_at AS updatedAt";

/** As they are stored, in `notes` and in `deleted_notes`. */
export const STORED_COLUMNS = "position, id, owner_id, title, body, version, created_at, updated_at";

export function getNote(db: Database, id: string): Promise<StoredNote | null> {
  return db.prepare(`SELECT ${NOTE_COLUMNS} FROM notes WHERE id = ?`).bind(id).first<StoredNote>();
}

/** A note to create. If a note with this `id` exists, an earlier attempt created it, and it stays as it is. */
export interface NewNote extends NoteInput {
  readonly ownerId: string;
  readonly id?: string | undefined;
}

/**
 * Selects the next position of the owner `?2`: one below the lowest of all notes, including deleted ones, since they
 * may be restored. Selects no row when the range is used up, so a position never falls into another owner's range.
 * Selects NULL if the owner does not exist: the trigger `notes_need_owner` refuses the row.
 */
const NEXT_POSITION = `SELECT next FROM (
  SELECT start, min(
    ifnull((SELECT min(position) FROM notes WHERE position > start AND position < stop), stop),
    ifnull((SELECT min(position) FROM deleted_notes WHERE position > start AND position < stop), stop)
  ) - 1 AS next
  FROM (SELECT number << 28 AS start, (number + 1) << 28 AS stop
    FROM (SELECT (SELECT number FROM users WHERE id = ?2) AS number))
) WHERE next > start OR start IS NULL`;

/**
 * Creates a note, or reads the existing one with that id. One statement, so that no other write can come between the
 * quota check and the insert. The update changes nothing; it makes the statement return an existing note.
 *
 * @returns "quota" if the owner's quota of notes is used up; "deleted" if an earlier attempt created the note and it was
 *   deleted since.
 * @throws If the owner was deleted; `handleError` responds with 401.
 */
export async function createNote(
  db: Database,
  { ownerId, title, body, id = uuidv7() }: NewNote,
): Promise<StoredNote | "quota" | "deleted"> {
  const note = await db
    .prepare(
      `INSERT INTO notes (${STORED_COLUMNS}) SELECT next, ?1, ?2, ?3, ?4, 1, ?5, ?5 FROM (${NEXT_POSITION})
       WHERE (${fitsQuota(NOTES_QUOTA, { userId: "?2", adding: "1" })} OR EXISTS (SELECT 1 FROM notes WHERE id = ?1))
         AND NOT EXISTS (SELECT 1 FROM deleted_notes WHERE id = ?1)
       ON CONFLICT (id) DO UPDATE SET version = version RETURNING ${NOTE_COLUMNS}`,
    )
    .bind(id, ownerId, title, body, new Date().toISOString())
    .first<StoredNote>();
  return note ?? ((await isDeleted(db, id)) ? "deleted" : "quota");
}

async function isDeleted(db: Database, id: string): Promise<boolean> {
  return (await db.prepare("SELECT 1 FROM deleted_notes WHERE id = ?").bind(id).first()) !== null;
}

/** The written note, or the reason why nothing was written: no such note, or a version that does not match. */
export type WriteResult = StoredNote | "missing" | "changed";

/**
 * `?2` is a JSON list of versions, or NULL for any. Check and write are one statement, so no other write can come
 * between them.
 */
const WHERE_VERSION = "id = ?1 AND (?2 IS NULL OR version IN (SELECT value FROM json_each(?2)))";

/** @param versions The versions that may be overwritten. Default: any. */
export async function updateNote(
  db: Database,
  id: string,
  { title, body }: NotePatch,
  versions?: readonly number[],
): Promise<WriteResult> {
  const note = await db
    .prepare(
      `UPDATE notes SET title = coalesce(?3, title), body = coalesce(?4, body), version = version + 1, updated_at = ?5
       WHERE ${WHERE_VERSION} RETURNING ${NOTE_COLUMNS}`,
    )
    .bind(id, listOf(versions), title ?? null, body ?? null, new Date().toISOString())
    .first<StoredNote>();
  return note ?? whyNotWritten(db, id);
}

/** Moves a note to `deleted_notes`. @param versions The versions that may be deleted. Default: any. */
export async function deleteNote(db: Database, id: string, versions?: readonly number[]): Promise<WriteResult> {
  const [, deleted] = await db.batch<StoredNote>([
    db
      .prepare(
        `INSERT OR REPLACE INTO deleted_notes (${STORED_COLUMNS}, deleted_at)
         SELECT ${STORED_COLUMNS}, ?3 FROM notes WHERE ${WHERE_VERSION}`,
      )
      .bind(id, listOf(versions), Date.now()),
    db.prepare(`DELETE FROM notes WHERE ${WHERE_VERSION} RETURNING ${NOTE_COLUMNS}`).bind(id, listOf(versions)),
  ]);
  return deleted?.results[0] ?? whyNotWritten(db, id);
}

function listOf(versions: readonly number[] | undefined): string | null {
  return versions ? JSON.stringify(versions) : null;
}

async function whyNotWritten(db: Database, id: string): Promise<"missing" | "changed"> {
  return (await getNote(db, id)) ? "changed" : "missing";
}
