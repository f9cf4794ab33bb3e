/** Takes files in and removes them, so that whatever fails in between leaves no file without its bytes. */
import type { Env } from "../../env.ts";
import { atMost, BodyError } from "../../web/body.ts";
import { logFailure } from "../../web/log.ts";
import type { IncomingFile } from "./incoming.ts";
import { mediaTypeOfBytes } from "./media-type.ts";
import { MAX_FILE_BYTES, type StoredFile } from "./schema.ts";
import {
  condemnAbandoned,
  condemnObjects,
  createFiles,
  forgetObjects,
  listCondemned,
  type NewFile,
  nameObject,
} from "./store.ts";
import { writeObject } from "./write-object.ts";

/** Where files are kept: their rows, their bytes. */
export type Storage = Pick<Env, "DB" | "FILES">;

/**
 * Stores every file of a request, or none.
 *
 * @returns A BodyError where one is too large, or what it comes in is broken.
 */
export async function receiveFiles(
  storage: Storage,
  ownerId: string,
  incoming: AsyncIterable<IncomingFile>,
): Promise<StoredFile[] | BodyError> {
  const { DB, FILES } = storage;
  const files: NewFile[] = [];
  const keys: string[] = [];
  try {
    for await (const { name, declaredType, body } of incoming) {
      const objectKey = crypto.randomUUID();
      keys.push(objectKey);
      await nameObject(DB, objectKey);
      const { head, ...written } = await writeObject(FILES, objectKey, atMost(body, MAX_FILE_BYTES, "A file"));
      files.push({ ...written, objectKey, name, type: await mediaTypeOfBytes(head, declaredType) });
    }
    return await createFiles(DB, ownerId, files);
  } catch (error) {
    await removeObjects(storage, keys, error instanceof BodyError);
    if (error instanceof BodyError) return error;
    throw error;
  }
}

/**
 * Removes those of the objects that no file has. What fails is left to the sweep.
 *
 * @param isSettled Whether their every write was answered. One that was not may land late: the sweep looks again.
 */
export async function removeObjects(
  { DB, FILES }: Storage,
  keys: readonly string[],
  isSettled: boolean,
): Promise<void> {
  if (keys.length === 0) return;
  try {
    const condemned = await condemnObjects(DB, keys);
    await FILES.delete(condemned);
    if (isSettled) await forgetObjects(DB, condemned);
  } catch (error) {
    logFailure("Objects without a file could not be removed; the sweep will do it", error);
  }
}

/** What R2 removes at once. */
const BATCH = 1000;

/**
 * Removes what uploads and deletions have left. Safe to run twice, also at once; the next run makes up for one that
 * fails.
 */
export async function sweepObjects({ DB, FILES }: Storage): Promise<void> {
  await inBatches(async () => {
    const abandoned = await condemnAbandoned(DB, BATCH);
    if (abandoned.length > 0) await FILES.delete(abandoned);
    return abandoned.length;
  });
  await inBatches(async () => {
    const condemned = await listCondemned(DB, BATCH);
    if (condemned.length > 0) await FILES.delete(condemned);
    await forgetObjects(DB, condemned);
    return condemned.length;
  });
}

/** @param work On up to `BATCH`; says how many there were. */
async function inBatches(work: () => Promise<number>): Promise<void> {
  while ((await work()) === BATCH);
}
