/** Takes files in: first the bytes of all, then the files. */
import { atMost, BodyError } from "../../web/request/body.ts";
import { mediaTypeOfBytes } from "./media-type.ts";
import { nameObject, removeObjects, type Storage } from "./orphans.ts";
import { MAX_FILE_BYTES, type StoredFile } from "./schema.ts";
import { createFiles, type FileQuota, type NewFile } from "./store.ts";
import type { IncomingFile } from "./upload-source.ts";
import { writeObject } from "./write-object.ts";

/**
 * Stores every file of a request, or none.
 *
 * @returns A BodyError where one is too large, or what it comes in is broken; the quota that they would exceed.
 */
export async function receiveFiles(
  storage: Storage,
  ownerId: string,
  incoming: AsyncIterable<IncomingFile>,
): Promise<StoredFile[] | BodyError | FileQuota> {
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
    const created = await createFiles(DB, ownerId, files);
    if (typeof created === "string") await removeObjects(storage, keys, true);
    return created;
  } catch (error) {
    await removeObjects(storage, keys, error instanceof BodyError);
    if (error instanceof BodyError) return error;
    throw error;
  }
}
