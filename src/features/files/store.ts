/** Files in D1. Triggers take the object of a file that is made off the account of `objects.ts`, and put it back. */
import { v7 as uuidv7 } from "uuid";
import { findExceeded, fitsQuota, type QuotaUsage, selectUsage } from "../../limits/quotas.ts";
import type { PageQuery } from "../../web/request/paging.ts";
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

/** The quotas that files use. */
export type FileQuota = "files" | "fileBytes";

/**
 * Makes files of objects that are stored: all of them or none. One statement inserts them, whose conditions are
 * evaluated once, before the first row is written.
 *
 * @returns The quota that they would exceed; then none is made.
 * @throws Where an object was not named, or is condemned: its upload took longer than a day.
 */
export async function createFiles(
  db: D1Database,
  ownerId: string,
  made: readonly NewFile[],
): Promise<StoredFile[] | FileQuota> {
  const createdAt = new Date().toISOString();
  const files = made.map((file) => ({ ...file, id: uuidv7(), ownerId, createdAt }));
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  const [inserted, usage] = await db.batch<QuotaUsage>([
    db
      .prepare(
        `INSERT INTO files (id, owner_id, object_key, name, type, size, sha256, created_at)
         SELECT value->>'id', ?2, value->>'objectKey', value->>'name', value->>'type', value->>'size',
           value->>'sha256', ?3
         FROM json_each(?1)
         WHERE ${fitsQuota("files", { userId: "?2", adding: "?4" })}
           AND ${fitsQuota("fileBytes", { userId: "?2", adding: "?5" })}
         RETURNING id`,
      )
      .bind(JSON.stringify(files), ownerId, createdAt, files.length, bytes),
    selectUsage(db, ownerId),
  ]);
  if (inserted?.results.length === files.length) return files;
  const adding: ReadonlyMap<FileQuota, number> = new Map([
    ["files", files.length],
    ["fileBytes", bytes],
  ]);
  const exceeded = findExceeded(usage?.results ?? [], adding);
  if (exceeded === undefined) throw new Error("Files were not inserted, although they fit the quotas");
  return exceeded;
}

/** The object of the file is condemned with it. */
export async function deleteFile(db: D1Database, id: string): Promise<void> {
  await db.prepare("DELETE FROM files WHERE id = ?").bind(id).run();
}
