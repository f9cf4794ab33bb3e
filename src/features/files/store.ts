/** Files in D1, and the account of objects that no file has: named before they are stored, until they are removed. */
import { v7 as uuidv7 } from "uuid";
import type { PageQuery } from "../../web/paging.ts";
import type { StoredFile } from "./schema.ts";

const COLUMNS = "id, owner_id AS ownerId, object_key AS objectKey, name, type, size, sha256, created_at AS createdAt";

/** Lists the files of an owner, the newest first. @returns Up to `limit + 1`. */
export async function listFiles(db: D1Database, ownerId: string, { cursor, limit }: PageQuery): Promise<StoredFile[]> {
  const { results } = await db
    .prepare(`SELECT ${COLUMNS} FROM files WHERE owner_id = ?1 AND (?2 IS NULL OR id < ?2) ORDER BY id DESC LIMIT ?3`)
    .bind(ownerId, cursor ?? null, limit + 1)
    .all<StoredFile>();
  return results;
}

export function getFile(db: D1Database, id: string): Promise<StoredFile | null> {
  return db.prepare(`SELECT ${COLUMNS} FROM files WHERE id = ?`).bind(id).first<StoredFile>();
}

export type NewFile = Omit<StoredFile, "id" | "ownerId" | "createdAt">;

/**
 * Makes files of objects that are stored: all of them or none.
 *
 * @throws Where an object was not named, or is condemned: its upload took longer than a day.
 */
export async function createFiles(db: D1Database, ownerId: string, made: readonly NewFile[]): Promise<StoredFile[]> {
  const createdAt = new Date().toISOString();
  const files = made.map((file) => ({ ...file, id: uuidv7(), ownerId, createdAt }));
  const insert = db.prepare(
    "INSERT INTO files (id, owner_id, object_key, name, type, size, sha256, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
  );
  await db.batch(
    files.map(({ id, objectKey, name, type, size, sha256 }) =>
      insert.bind(id, ownerId, objectKey, name, type, size, sha256, createdAt),
    ),
  );
  return files;
}

/** The object of the file is condemned with it. */
export async function deleteFile(db: D1Database, id: string): Promise<void> {
  await db.prepare("DELETE FROM files WHERE id = ?").bind(id).run();
}

/** How long an upload may take, and how late a write may land that was given up. */
const GRACE_MS = 24 * 60 * 60 * 1000;

/** Names an object that is about to be stored. */
export async function nameObject(db: D1Database, key: string): Promise<void> {
  await db
    .prepare("INSERT INTO loose_objects VALUES (?, 0, ?)")
    .bind(key, Date.now() + GRACE_MS)
    .run();
}

/** @returns Those of the objects that no file has, nor will ever have: they are to be removed. */
export function condemnObjects(db: D1Database, keys: readonly string[]): Promise<string[]> {
  return keysOf(
    db
      .prepare(
        `INSERT INTO loose_objects SELECT value, 1, ?2 FROM json_each(?1)
         WHERE value NOT IN (SELECT object_key FROM files)
         ON CONFLICT (object_key) DO UPDATE SET is_condemned = 1, due_at = ?2 RETURNING object_key AS key`,
      )
      .bind(JSON.stringify(keys), Date.now() + GRACE_MS),
  );
}

/** The same of objects that uploads have left, up to `limit` of them. */
export function condemnAbandoned(db: D1Database, limit: number): Promise<string[]> {
  const now = Date.now();
  return keysOf(
    db
      .prepare(
        `UPDATE loose_objects SET is_condemned = 1, due_at = ? WHERE object_key IN
           (SELECT object_key FROM loose_objects WHERE is_condemned = 0 AND due_at <= ? LIMIT ?)
         RETURNING object_key AS key`,
      )
      .bind(now + GRACE_MS, now, limit),
  );
}

/** Objects that were condemned long enough ago for nothing to come after, up to `limit` of them. */
export function listCondemned(db: D1Database, limit: number): Promise<string[]> {
  return keysOf(
    db
      .prepare("SELECT object_key AS key FROM loose_objects WHERE is_condemned = 1 AND due_at <= ? LIMIT ?")
      .bind(Date.now(), limit),
  );
}

/** Strikes objects off the account that have been removed for good. */
export async function forgetObjects(db: D1Database, keys: readonly string[]): Promise<void> {
  await db
    .prepare("DELETE FROM loose_objects WHERE object_key IN (SELECT value FROM json_each(?))")
    .bind(JSON.stringify(keys))
    .run();
}

async function keysOf(statement: D1PreparedStatement): Promise<string[]> {
  const { results } = await statement.all<{ key: string }>();
  return results.map(({ key }) => key);
}
