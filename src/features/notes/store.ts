/** Notes in D1. Deleted notes move to `deleted_notes`, see `trash-store.ts`. */
import { v7 as uuidv7 } from "uuid";
import { fitsQuota } from "../../limits/quotas.ts";
import type { Database } from "../../web/platform/request-database.ts";
import { type Page, toPage } from "../../web/request/paging.ts";
import { foldCase } from "../../web/request/text.ts";
import { NOTES_QUOTA } from "./quotas.ts";
import type { NoteInput, NotePatch, NotesQuery, StoredNote } from "./schema.ts";

export const NOTE_COLUMNS =
  "id, owner_id AS ownerId, title, body, version, created_at AS createdAt, updated_at AS updatedAt";

/** As they are stored, in `notes` and in `deleted_notes`. */
export const STORED_COLUMNS = "id, owner_id, title, body, folded_title, folded_body, version, created_at, updated_at";

/**
 * Lists the notes of an owner, newest first. `q` matches literally: by `instr`, since in a LIKE pattern `%` and `_` are
 * wildcards, and D1 limits such a pattern to 50 bytes.
 */
export async function listNotes(
  db: Database,
  ownerId: string,
  { q, cursor, limit }: NotesQuery,
): Promise<Page<StoredNote>> {
  const { results } = await db
    .prepare(
      `SELECT ${NOTE_COLUMNS} FROM notes
       WHERE owner_id = ?4 AND (?1 IS NULL OR id < ?1)
         AND (?2 = '' OR instr(folded_title, ?2) > 0 OR instr(folded_body, ?2) > 0)
       ORDER BY id DESC LIMIT ?3`,
    )
    .bind(cursor ?? null, foldCase(q), limit + 1, ownerId)
    .all<StoredNote>();
  return toPage(results, limit);
}

const BATCH = 100;

/** Yields every note of an owner, oldest first, reading the next batch only when the consumer needs it. */
export async function* eachNote(db: Database, ownerId: string): AsyncGenerator<StoredNote, void, undefined> {
  const next = db.prepare(`SELECT ${NOTE_COLUMNS} FROM notes WHERE owner_id = ? AND id > ? ORDER BY id LIMIT ${BATCH}`);
  let after = "";
  for (;;) {
    const { results } = await next.bind(ownerId, after).all<StoredNote>();
    yield* results;
    if (results.length < BATCH) return;
    after = results.at(-1)?.id ?? after;
  }
}

export function getNote(db: Database, id: string): Promise<StoredNote | null> {
  return db.prepare(`SELECT ${NOTE_COLUMNS} FROM notes WHERE id = ?`).bind(id).first<StoredNote>();
}

/** A note to create. If a note with this `id` exists, an earlier attempt created it, and it stays as it is. */
export interface NewNote extends NoteInput {
  readonly ownerId: string;
  readonly id?: string | undefined;
}

/**
 * Creates a note, or reads the existing one with that id. One statement, so that no other write can come between the
 * quota check and the insert. The update changes nothing; it makes the statement return an existing note.
 *
 * @returns "quota" if the owner's quota of notes is used up.
 */
export async function createNote(
  db: Database,
  { ownerId, title, body, id = uuidv7() }: NewNote,
): Promise<StoredNote | "quota"> {
  const note = await db
    .prepare(
      `INSERT INTO notes (${STORED_COLUMNS}) SELECT ?1, ?2, ?3, ?4, ?5, ?6, 1, ?7, ?7
       WHERE ${fitsQuota(NOTES_QUOTA, { userId: "?2", adding: "1" })} OR EXISTS (SELECT 1 FROM notes WHERE id = ?1)
       ON CONFLICT (id) DO UPDATE SET version = version RETURNING ${NOTE_COLUMNS}`,
    )
    .bind(id, ownerId, title, body, foldCase(title), foldCase(body), new Date().toISOString())
    .first<StoredNote>();
  return note ?? "quota";
}

/** The written note, or the reason why nothing was written: no such note, or a version that does not match. */
export type WriteResult = StoredNote | "missing" | "changed";

/** `?2` is a JSON list of versions, or NULL for any. Check and write are one statement, so no other write can come between them. */
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
      `UPDATE notes SET title = coalesce(?3, title), folded_title = coalesce(?4, folded_title),
         body = coalesce(?5, body), folded_body = coalesce(?6, folded_body), version = version + 1, updated_at = ?7
       WHERE ${WHERE_VERSION} RETURNING ${NOTE_COLUMNS}`,
    )
    .bind(id, listOf(versions), ...withFolded(title), ...withFolded(body), new Date().toISOString())
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

function withFolded(text: string | undefined): [string | null, string | null] {
  return text === undefined ? [null, null] : [text, foldCase(text)];
}

async function whyNotWritten(db: Database, id: string): Promise<"missing" | "changed"> {
  return (await getNote(db, id)) ? "changed" : "missing";
}
