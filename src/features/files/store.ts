/** Files in D1. Triggers take the object of a file that is made off the account of `objects.ts`, and put it back. */
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
