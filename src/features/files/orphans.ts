/** Deletes orphans: objects in the bucket that no file has, left by uploads that failed and by deleted files. */
import { logFailure } from "../../web/app/log.ts";
import type { Sweep } from "../../web/app/sweep.ts";
import type { Database } from "../../web/platform/request-database.ts";
import { abandonedUploads, dueDeletions, markAbandoned, markDeleting, removePending } from "./pending-store.ts";

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

/** The objects of abandoned uploads and of deleted files. R2 deletes up to 1,000 objects in one call. */
export const orphanSweeps: readonly Sweep[] = [
  {
    ...abandonedUploads,
    remove: async ({ db, env: { FILES }, countCall }, keys) => {
      const { keys: abandoned, ...removal } = await markAbandoned(db, keys.map(toObjectKey));
      countCall();
      if (abandoned.length > 0) await FILES.delete([...abandoned]);
      return removal;
    },
  },
  {
    ...dueDeletions,
    remove: async (storage, keys) => {
      storage.countCall();
      await storage.env.FILES.delete(keys.map(toObjectKey));
      return dueDeletions.remove(storage, keys);
    },
  },
];

/** @param key As a sweep lists it: a JSON list. */
function toObjectKey(key: string): string {
  const [objectKey]: [string] = JSON.parse(key);
  return objectKey;
}
