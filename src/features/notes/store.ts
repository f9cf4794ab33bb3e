/** Notes in D1. */
import { v7 as uuidv7 } from "uuid";
import { fitsQuota } from "../../limits/quotas.ts";
import { type Page, toPage } from "../../web/request/paging.ts";
import { foldCase } from "../../web/request/text.ts";
import type { NoteInput, NotePatch, NotesQuery, StoredNote } from "./schema.ts";

export const NOTE_COLUMNS =
  "id, owner_id AS ownerId, title, body, version, created_at AS createdAt, updated_at AS updatedAt";

/**
 * Lists the notes of an owner, the newest first; `q` is looked for as it stands, whatever its characters. By
 * `instr`, since a LIKE pattern would give `%` and `_` a meaning, and D1 takes no more than 50 bytes of it.
 */
export async function listNotes(
  db: D1Database,
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

/** Every note of an owner, the oldest first, read in batches as they are asked for. */
export async function* eachNote(db: D1Database, ownerId: string): AsyncGenerator<StoredNote, void, undefined> {
  const next = db.prepare(`SELECT ${NOTE_COLUMNS} FROM notes WHERE owner_id = ? AND id > ? ORDER BY id LIMIT ${BATCH}`);
  let after = "";
  for (;;) {
    const { results } = await next.bind(ownerId, after).all<StoredNote>();
    yield* results;
    if (results.length < BATCH) return;
    after = results.at(-1)?.id ?? after;
  }
}

export function getNote(db: D1Database, id: string): Promise<StoredNote | null> {
  return db.prepare(`SELECT ${NOTE_COLUMNS} FROM notes WHERE id = ?`).bind(id).first<StoredNote>();
}

/** A note to be made, perhaps under an id that is there already: then it was made before, and stays as it is. */
export interface NewNote extends NoteInput {
  readonly ownerId: string;
  readonly id?: string | undefined;
}

/**
 * Makes a note, or reads the one that was made under that id. One statement: nothing comes between the check of the
 * quota and the write, and the update that changes nothing lets it return the note that was there.
 *
 * @returns "quota" where the owner has as many notes as the quota allows.
 */
export async function createNote(
  db: D1Database,
  { ownerId, title, body, id = uuidv7() }: NewNote,
): Promise<StoredNote | "quota"> {
  const note = await db
    .prepare(
      `INSERT INTO notes SELECT ?1, ?2, ?3, ?4, ?5, ?6, 1, ?7, ?7
       WHERE ${fitsQuota("notes", { userId: "?2", adding: "1" })} OR EXISTS (SELECT 1 FROM notes WHERE id = ?1)
       ON CONFLICT (id) DO UPDATE SET version = version RETURNING ${NOTE_COLUMNS}`,
    )
    .bind(id, ownerId, title, body, foldCase(title), foldCase(body), new Date().toISOString())
    .first<StoredNote>();
  return note ?? "quota";
}

/** What became of a write that depends on a version. */
export type Written = StoredNote | "missing" | "changed";

/** Only the versions of a JSON list, or any where it is NULL. One statement: nothing comes between check and write. */
const WHERE_VERSION = "id = ?1 AND (?2 IS NULL OR version IN (SELECT value FROM json_each(?2)))";

/** @param versions Those that may be overwritten; any without them. */
export async function updateNote(
  db: D1Database,
  id: string,
  { title, body }: NotePatch,
  versions?: readonly number[],
): Promise<Written> {
  const note = await db
    .prepare(
      `UPDATE notes SET title = coalesce(?3, title), folded_title = coalesce(?4, folded_title),
         body = coalesce(?5, body), folded_body = coalesce(?6, folded_body), version = version + 1, updated_at = ?7
       WHERE ${WHERE_VERSION} RETURNING ${NOTE_COLUMNS}`,
    )
    .bind(id, listOf(versions), ...withFolded(title), ...withFolded(body), new Date().toISOString())
    .first<StoredNote>();
  return note ?? whyNot(db, id);
}

/** It can be brought back, see `trash.ts`. @param versions Those that may be deleted; any without them. */
export async function deleteNote(db: D1Database, id: string, versions?: readonly number[]): Promise<Written> {
  const [, deleted] = await db.batch<StoredNote>([
    db
      .prepare(`INSERT OR REPLACE INTO deleted_notes SELECT *, ?3 FROM notes WHERE ${WHERE_VERSION}`)
      .bind(id, listOf(versions), Date.now()),
    db.prepare(`DELETE FROM notes WHERE ${WHERE_VERSION} RETURNING ${NOTE_COLUMNS}`).bind(id, listOf(versions)),
  ]);
  return deleted?.results[0] ?? whyNot(db, id);
}

function listOf(versions: readonly number[] | undefined): string | null {
  return versions ? JSON.stringify(versions) : null;
}

function withFolded(text: string | undefined): [string | null, string | null] {
  return text === undefined ? [null, null] : [text, foldCase(text)];
}

async function whyNot(db: D1Database, id: string): Promise<"missing" | "changed"> {
  return (await getNote(db, id)) ? "changed" : "missing";
}
