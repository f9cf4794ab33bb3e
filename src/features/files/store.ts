/** Files in D1, and `pending_objects`: the keys of objects that may be in the bucket without a file. */
import { v7 as uuidv7 } from "uuid";
import { findExceeded, fitsQuota, type Quota, type QuotaUsage, selectUsage } from "../../limits/quotas.ts";
import type { Database } from "../../web/platform/request-database.ts";
import { type Page, type PageQuery, toPage } from "../../web/request/paging.ts";
import { FILE_BYTES_QUOTA, FILES_QUOTA } from "./quotas.ts";
import type { StoredFile } from "./schema.ts";

const COLUMNS =
  "id, owner_id AS ownerId, object_key AS objectKey, name, type, charset, size, sha256, created_at AS createdAt";

/** Lists the files of an owner, newest first. */
export async function listFiles(
  db: Database,
  ownerId: string,
  { cursor, limit }: PageQuery,
): Promise<Page<StoredFile>> {
  const { results } = await db
    .prepare(`SELECT ${COLUMNS} FROM files WHERE owner_id = ?1 AND (?2 IS NULL OR id < ?2) ORDER BY id DESC LIMIT ?3`)
    .bind(ownerId, cursor ?? null, limit + 1)
    .all<StoredFile>();
  return toPage(results, limit);
}

export function getFile(db: Database, id: string): Promise<StoredFile | null> {
  return db.prepare(`SELECT ${COLUMNS} FROM files WHERE id = ?`).bind(id).first<StoredFile>();
}

/** A file whose object is stored. */
export type NewFile = Omit<StoredFile, "id" | "ownerId" | "createdAt">;

/**
 * Creates all of these files, or none. One statement inserts them: its conditions are evaluated once, before the first
 * row is written.
 *
 * @returns The quota that the files would exceed; then none is created.
 * @throws If the key of an object was not recorded, or its object is being deleted: its upload took more than a day.
 */
export async function createFiles(
  db: Database,
  ownerId: string,
  newFiles: readonly NewFile[],
): Promise<StoredFile[] | Quota> {
  const createdAt = new Date().toISOString();
  const files = newFiles.map((file) => ({ ...file, id: uuidv7(), ownerId, createdAt }));
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  const [inserted, usage] = await db.batch<QuotaUsage>([
    db
      .prepare(
        `INSERT INTO files (id, owner_id, object_key, name, type, charset, size, sha256, created_at)
         SELECT value->>'id', ?2, value->>'objectKey', value->>'name', value->>'type', value->>'charset',
           value->>'size', value->>'sha256', ?3
         FROM json_each(?1)
         WHERE ${fitsQuota(FILES_QUOTA, { userId: "?2", adding: "?4" })}
           AND ${fitsQuota(FILE_BYTES_QUOTA, { userId: "?2", adding: "?5" })}
         RETURNING id`,
      )
      .bind(JSON.stringify(files), ownerId, createdAt, files.length, bytes),
    selectUsage(db, ownerId),
  ]);
  if (inserted?.results.length === files.length) return files;
  const adding = new Map([
    [FILES_QUOTA, files.length],
    [FILE_BYTES_QUOTA, bytes],
  ]);
  const exceeded = findExceeded(usage?.results ?? [], adding);
  if (exceeded === undefined) throw new Error("Files were not inserted, although they fit the quotas");
  return exceeded;
}

/** A trigger marks the file's object as `deleting`. */
export async function deleteFile(db: Database, id: string): Promise<void> {
  await db.prepare("DELETE FROM files WHERE id = ?").bind(id).run();
}

/** The maximum duration of an upload, and the time in which a write whose response was lost may still take effect. */
const GRACE_MS = 24 * 60 * 60 * 1000;

/** Records the key of an object that is about to be written. */
export async function recordUpload(db: Database, key: string): Promise<void> {
  await db
    .prepare("INSERT INTO pending_objects (object_key, state, due_at) VALUES (?, 'uploading', ?)")
    .bind(key, Date.now() + GRACE_MS)
    .run();
}

/** Marks those of the objects that no file has as `deleting`, so that no file can take them. @returns Their keys. */
export function markDeleting(db: Database, keys: readonly string[]): Promise<string[]> {
  return keysOf(
    db
      .prepare(
        `INSERT INTO pending_objects (object_key, state, due_at) SELECT value, 'deleting', ?2 FROM json_each(?1)
         WHERE value NOT IN (SELECT object_key FROM files)
         ON CONFLICT (object_key) DO UPDATE SET state = 'deleting', due_at = ?2 RETURNING object_key AS key`,
      )
      .bind(JSON.stringify(keys), Date.now() + GRACE_MS),
  );
}

/** Marks up to `limit` objects as `deleting` whose upload began more than a day ago. @returns Their keys. */
export function markAbandoned(db: Database, limit: number): Promise<string[]> {
  const now = Date.now();
  return keysOf(
    db
      .prepare(
        `UPDATE pending_objects SET state = 'deleting', due_at = ? WHERE object_key IN
           (SELECT object_key FROM pending_objects WHERE state = 'uploading' AND due_at <= ? LIMIT ?)
         RETURNING object_key AS key`,
      )
      .bind(now + GRACE_MS, now, limit),
  );
}

/** @returns The keys of up to `limit` objects in state `deleting` that no late write can restore. */
export function listDueDeletions(db: Database, limit: number): Promise<string[]> {
  return keysOf(
    db
      .prepare("SELECT object_key AS key FROM pending_objects WHERE state = 'deleting' AND due_at <= ? LIMIT ?")
      .bind(Date.now(), limit),
  );
}

/** Removes the keys of objects that have been deleted. */
export async function removePending(db: Database, keys: readonly string[]): Promise<void> {
  await db
    .prepare("DELETE FROM pending_objects WHERE object_key IN (SELECT value FROM json_each(?))")
    .bind(JSON.stringify(keys))
    .run();
}

async function keysOf(statement: D1PreparedStatement): Promise<string[]> {
  const { results } = await statement.all<{ key: string }>();
  return results.map(({ key }) => key);
}
