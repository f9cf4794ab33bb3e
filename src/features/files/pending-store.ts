/** `pending_objects` in D1: the keys of objects that may be in the bucket without a file. */
import { type Removal, sweepRows } from "../../web/app/sweep.ts";
import type { Database } from "../../web/platform/request-database.ts";

/** The maximum duration of an upload, and the time in which a write whose response was lost may still take effect. */
const GRACE_MS = 24 * 60 * 60 * 1000;

/** Records the key of an object that is about to be written. */
export async function recordUpload(db: Database, key: string): Promise<void> {
  await db
    .prepare("INSERT INTO pending_objects (object_key, state, due_at) VALUES (?, 'uploading', ?)")
    .bind(key, Date.now() + GRACE_MS)
    .run();
}

/** Marks as `deleting` those of the objects that belong to no file, so that no file can take them. @returns Their keys. */
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

const due = { table: "pending_objects", key: "object_key", values: () => [Date.now()] };

/** Uploads that began more than a day ago and have not ended. */
export const abandonedUploads = sweepRows({
  ...due,
  reason: "upload abandoned",
  where: "state = 'uploading' AND due_at <= ?",
});

/** Objects in state `deleting` that a late write can no longer restore. */
export const dueDeletions = sweepRows({ ...due, reason: "file deleted", where: "state = 'deleting' AND due_at <= ?" });

/** Marks as `deleting` those of the objects whose upload was abandoned. @returns Their keys. */
export async function markAbandoned(
  db: Database,
  keys: readonly string[],
): Promise<Removal & { readonly keys: readonly string[] }> {
  const now = Date.now();
  const { results, meta } = await db
    .prepare(
      `UPDATE pending_objects SET state = 'deleting', due_at = ?1
       WHERE object_key IN (SELECT value FROM json_each(?3)) AND (state = 'uploading' AND due_at <= ?2) IS TRUE
       RETURNING object_key AS key`,
    )
    .bind(now + GRACE_MS, now, JSON.stringify(keys))
    .all<{ key: string }>();
  return { keys: results.map(({ key }) => key), rows: results.length, duration: meta.duration };
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
