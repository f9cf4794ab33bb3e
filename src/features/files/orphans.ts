/** Deletes orphans: objects in the bucket that no file has, left by uploads that failed and by deleted files. */
import { logFailure } from "../../web/app/log.ts";
import type { Database } from "../../web/platform/request-database.ts";
import { listDueDeletions, markAbandoned, markDeleting, removePending } from "./store.ts";

/** The storage of files: rows in D1, bytes in R2. */
export interface FileStorage {
  readonly db: Database;
  readonly FILES: R2Bucket;
}

/**
 * Deletes those of the objects that no file has. Failures are logged and left to the sweep.
 *
 * @param isSettled Whether every write of these objects got a response. A write without one may still take effect, so the
 *   sweep deletes the objects once more.
 */
export async function deleteOrphans(
  { db, FILES }: FileStorage,
  keys: readonly string[],
  isSettled: boolean,
): Promise<void> {
  if (keys.length === 0) return;
  try {
    const orphans = await markDeleting(db, keys);
    await FILES.delete(orphans);
    if (isSettled) await removePending(db, orphans);
  } catch (error) {
    logFailure("Objects without a file could not be deleted; the sweep will delete them", error);
  }
}

/** The most objects that R2 deletes in one call. */
const BATCH = 1000;

/**
 * Deletes the objects of abandoned uploads and of deleted files. Safe to run twice, also concurrently; the next run
 * continues a failed one.
 */
export async function sweepOrphans({ db, FILES }: FileStorage): Promise<void> {
  await inBatches(async () => {
    const abandoned = await markAbandoned(db, BATCH);
    if (abandoned.length > 0) await FILES.delete(abandoned);
    return abandoned.length;
  });
  await inBatches(async () => {
    const due = await listDueDeletions(db, BATCH);
    if (due.length > 0) await FILES.delete(due);
    await removePending(db, due);
    return due.length;
  });
}

/** @param work Handles up to `BATCH` objects, and returns how many there were. */
async function inBatches(work: () => Promise<number>): Promise<void> {
  while ((await work()) === BATCH);
}
