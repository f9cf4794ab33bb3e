/** Files in D1. */
import { v7 as uuidv7 } from "uuid";
import type { Erasure } from "../../env.ts";
import { findExceeded, fitsQuota, type Quota, type QuotaUsage, readUsage, selectUsage } from "../../limits/quotas.ts";
import type { Database } from "../../web/platform/request-database.ts";
import type { Page, PageQuery } from "../../web/request/paging.ts";
import { NEWEST_ID_FIRST, readPage } from "../../web/request/read-page.ts";
import { FILE_BYTES_QUOTA, FILES_QUOTA } from "./quotas.ts";
import type { FilesUsage, StoredFile } from "./schema.ts";
import {
  digestOf,
  findRepetition,
  isRepeated,
  type Repetition,
  rememberDeletion,
  selectUpload,
  type UploadKey,
} from "./upload-store.ts";

const COLUMNS =
  "id, owner_id AS ownerId, object_key AS objectKey, name, type, charset, size, sha256, created_at AS createdAt";

/** Lists the files of an owner, newest first. */
export function listFiles(db: Database, ownerId: string, query: PageQuery): Promise<Page<StoredFile>> {
  return readPage<StoredFile, string>(db, query, NEWEST_ID_FIRST, ({ comparison, direction, from, limit }) =>
    db
      .prepare(
        `SELECT ${COLUMNS} FROM files WHERE owner_id = ?1 AND id ${comparison} ?2 ORDER BY id ${direction} LIMIT ?3`,
      )
      .bind(ownerId, from, limit),
  );
}

/** Reads the usage of an owner from the counters of the quotas. */
export async function readFilesUsage(db: Database, ownerId: string): Promise<FilesUsage> {
  const [files, bytes] = await readUsage(db, ownerId, [FILES_QUOTA, FILE_BYTES_QUOTA]);
  return { files, bytes };
}

export function getFile(db: Database, id: string): Promise<StoredFile | null> {
  return db.prepare(`SELECT ${COLUMNS} FROM files WHERE id = ?`).bind(id).first<StoredFile>();
}

/** A file whose object is stored. */
export type NewFile = Omit<StoredFile, "id" | "ownerId" | "createdAt">;

/** The result of creating the files of an upload. If they were not created, the upload has changed nothing. */
export type Creation =
  | { readonly kind: "created"; readonly files: StoredFile[] }
  | { readonly kind: "exceeded"; readonly quota: Quota }
  | Repetition;

/**
 * Creates all of these files, or none. One statement inserts them: its conditions are evaluated once, before the first
 * row is written. So of several requests with the same key, one creates the files.
 *
 * @param key The key of the upload, if the client sent one.
 * @throws If the key of an object was not recorded, or its object is being deleted: its upload took more than a day.
 */
export async function createFiles(
  db: Database,
  ownerId: string,
  newFiles: readonly NewFile[],
  key?: UploadKey,
): Promise<Creation> {
  const createdAt = new Date().toISOString();
  const digest = digestOf(newFiles);
  const files = newFiles.map((file) => ({ ...file, id: uuidv7(), ownerId, createdAt }));
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  const [inserted, usage, ...earlier] = await db.batch<unknown>([
    db
      .prepare(
        `INSERT INTO files (id, owner_id, object_key, name, type, charset, size, sha256, created_at, upload_id,
           upload_digest)
         SELECT value->>'id', ?2, value->>'objectKey', value->>'name', value->>'type', value->>'charset',
           value->>'size', value->>'sha256', ?3, ?6, ?7
         FROM json_each(?1)
         WHERE ${fitsQuota(FILES_QUOTA, { userId: "?2", adding: "?4" })}
           AND ${fitsQuota(FILE_BYTES_QUOTA, { userId: "?2", adding: "?5" })}
           AND NOT ${isRepeated({ id: "?6", digest: "?7", isExclusive: "?8" })}
         RETURNING id`,
      )
      .bind(
        JSON.stringify(files),
        ownerId,
        createdAt,
        files.length,
        bytes,
        key?.id ?? null,
        key ? digest : null,
        key?.isExclusive ? 1 : 0,
      ),
    selectUsage(db, ownerId),
    ...(key ? selectUpload(db, key) : []),
  ]);
  if (inserted?.results.length === files.length) return { kind: "created", files };
  const repetition = key && findRepetition(key, digest, earlier);
  if (repetition) return repetition;
  const adding = new Map([
    [FILES_QUOTA, files.length],
    [FILE_BYTES_QUOTA, bytes],
  ]);
  const quota = findExceeded((usage?.results ?? []) as QuotaUsage[], adding);
  if (quota === undefined) throw new Error("Files were not inserted, although they fit the quotas");
  return { kind: "exceeded", quota };
}

/**
 * Deletes a file; a trigger marks its object as `deleting`. Its upload is remembered for a while, so that a repeated
 * request does not bring the file back.
 */
export async function deleteFile(db: Database, id: string): Promise<void> {
  await db.batch([rememberDeletion(db, id), db.prepare("DELETE FROM files WHERE id = ?").bind(id)]);
}

/** Files are erased when their owner is deleted. A trigger marks their objects as `deleting`. */
export const filesOfUsers: Erasure = { table: "files", key: "id", owner: "files.owner_id = deleted_users.id" };
