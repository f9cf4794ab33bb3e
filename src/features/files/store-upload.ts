/** Stores uploads: first the bytes of all files, then their rows. */
import type { AppLocals } from "../../env.ts";
import type { SignedIn } from "../../identity/users/user.ts";
import type { Quota } from "../../limits/quotas.ts";
import { atMost, BodyError } from "./body.ts";
import { createContentTypeDetector } from "./content-type.ts";
import { deleteOrphans, type FileStorage } from "./orphans.ts";
import { type File, MAX_FILE_BYTES, type StoredFile, toFile } from "./schema.ts";
import { createFiles, type NewFile, recordUpload } from "./store.ts";
import type { FileUpload } from "./upload-source.ts";
import { writeObject } from "./write-object.ts";

/**
 * Stores all files of a request, or none. Continues after the client disconnects, in order to delete the objects stored so far.
 *
 * @returns A BodyError if a file is too large or the body is malformed; the quota that the files would exceed.
 */
export async function storeUpload(
  { db, env, ctx, user }: AppLocals & SignedIn,
  uploads: AsyncIterable<FileUpload>,
): Promise<File[] | BodyError | Quota> {
  const storing = storeFiles({ db, FILES: env.FILES }, user.id, uploads);
  ctx.waitUntil(storing.catch(() => {}));
  const stored = await storing;
  return Array.isArray(stored) ? stored.map(toFile) : stored;
}

async function storeFiles(
  storage: FileStorage,
  ownerId: string,
  uploads: AsyncIterable<FileUpload>,
): Promise<StoredFile[] | BodyError | Quota> {
  const { db, FILES } = storage;
  const files: NewFile[] = [];
  const keys: string[] = [];
  try {
    for await (const { name, declaredType, body } of uploads) {
      const objectKey = crypto.randomUUID();
      keys.push(objectKey);
      await recordUpload(db, objectKey);
      const detector = createContentTypeDetector(declaredType, name);
      const written = await writeObject(FILES, objectKey, atMost(body, MAX_FILE_BYTES, "A file"), detector.add);
      files.push({ ...written, ...detector.end(), objectKey, name });
    }
    const created = await createFiles(db, ownerId, files);
    if (!Array.isArray(created)) await deleteOrphans(storage, keys, true);
    return created;
  } catch (error) {
    await deleteOrphans(storage, keys, error instanceof BodyError);
    if (error instanceof BodyError) return error;
    throw error;
  }
}
