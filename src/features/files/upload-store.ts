/** Recognizes repeated uploads in D1: by the key of the request, and by the names and contents of its files. */
import { createHash } from "node:crypto";
import { sweepRows } from "../../web/app/sweep.ts";
import type { Database } from "../../web/platform/request-database.ts";
import type { StoredFile } from "./schema.ts";

/** Identifies an upload: all files of one request. A repeated request has the same key. */
export interface UploadKey {
  /** Derived from the user and the text that the client sent, so that no user can name another user's upload. */
  readonly id: string;
  /**
   * Whether the key may be used for these files only. A form that is sent again with other files is another upload,
   * since the user has chosen other files.
   */
  readonly isExclusive: boolean;
}

/** The result of a repeated upload. */
export type Repetition =
  /** The files as an earlier request stored them. */
  | { readonly kind: "repeated"; readonly files: StoredFile[] }
  /** An earlier request stored the same files, and at least one of them has been deleted. */
  | { readonly kind: "deleted" }
  | { readonly kind: "other files" };

/** The digest of the names and contents of all files of an upload. */
export function digestOf(files: readonly Pick<StoredFile, "name" | "sha256">[]): string {
  const content = files.map(({ name, sha256 }) => [name, sha256]);
  return createHash("sha256").update(JSON.stringify(content)).digest("hex");
}

/** An SQL condition that holds if an earlier upload had this key. @param terms SQL, never values: bind these. */
export function isRepeated(terms: Readonly<Record<"id" | "digest" | "isExclusive", string>>): string {
  const where = `WHERE upload_id = ${terms.id} AND (${terms.isExclusive} OR upload_digest = ${terms.digest})`;
  return `(EXISTS (SELECT 1 FROM files ${where}) OR EXISTS (SELECT 1 FROM deleted_uploads ${where}))`;
}

/** Selects the earlier uploads with this key, for `findRepetition`: their files, and the digests of deleted ones. */
export function selectUpload(db: Database, { id }: UploadKey): D1PreparedStatement[] {
  return [
    db
      .prepare(
        `SELECT id, owner_id AS ownerId, object_key AS objectKey, name, type, charset, size, sha256,
           created_at AS createdAt, upload_digest AS digest
         FROM files WHERE upload_id = ? ORDER BY id`,
      )
      .bind(id),
    db.prepare("SELECT upload_digest AS digest FROM deleted_uploads WHERE upload_id = ?").bind(id),
  ];
}

/** @param earlier The results of `selectUpload`. @returns Undefined if the upload is not a repetition. */
export function findRepetition(
  { isExclusive }: UploadKey,
  digest: string,
  [stored, deleted]: readonly D1Result<unknown>[],
): Repetition | undefined {
  const files = (stored?.results ?? []) as (StoredFile & { readonly digest: string })[];
  const deletions = (deleted?.results ?? []) as { readonly digest: string }[];
  if (deletions.some((each) => each.digest === digest)) return { kind: "deleted" };
  const same = files.filter((each) => each.digest === digest);
  if (same.length > 0) return { kind: "repeated", files: same };
  return isExclusive && files.length + deletions.length > 0 ? { kind: "other files" } : undefined;
}

/** Whether an upload with this key was stored before, even if its files have been deleted since. */
export async function hasUpload(db: Database, { id }: UploadKey): Promise<boolean> {
  const isKnown = isRepeated({ id: "?1", digest: "NULL", isExclusive: "1" });
  return (await db.prepare(`SELECT ${isKnown} AS isKnown`).bind(id).first("isKnown")) === 1;
}

/** How long a repeated upload does not restore deleted files: as long as other Idempotency-Keys are kept. */
const RETENTION_MS = 24 * 60 * 60 * 1000;

/** Remembers the upload of a file that is about to be deleted. */
export function rememberDeletion(db: Database, fileId: string): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO deleted_uploads (upload_id, upload_digest, expires_at)
       SELECT upload_id, upload_digest, ?2 FROM files WHERE id = ?1 AND upload_id IS NOT NULL
       ON CONFLICT DO UPDATE SET expires_at = excluded.expires_at`,
    )
    .bind(fileId, Date.now() + RETENTION_MS);
}

export const expiredDeletions = sweepRows({
  table: "deleted_uploads",
  key: "upload_id, upload_digest",
  where: "expires_at <= ?",
  values: () => [Date.now()],
});
