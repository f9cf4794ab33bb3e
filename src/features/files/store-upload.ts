/** Stores uploads: first the bytes of all files, then their rows. */
import type { AppLocals } from "../../env.ts";
import type { SignedIn } from "../../identity/users/user.ts";
import { atMost, BodyError } from "./body.ts";
import { createContentTypeDetector } from "./content-type.ts";
import { deleteOrphans, type FileStorage } from "./orphans.ts";
import { recordUpload } from "./pending-store.ts";
import type { UploadSlotLocals } from "./require-upload-slot.ts";
import { type File, MAX_FILE_BYTES, toFile } from "./schema.ts";
import { type Creation, createFiles, type NewFile } from "./store.ts";
import type { UploadKeyLocals } from "./upload-key.ts";
import type { UploadSlot } from "./upload-slots.ts";
import type { FileUpload } from "./upload-source.ts";
import { writeObject } from "./write-object.ts";

/** The files of an upload. */
export interface StoredUpload {
  readonly files: readonly File[];
  /** Whether an earlier request with the same key has stored them. */
  readonly isRepeated: boolean;
}

/** The reason why an upload was refused and nothing was stored. A BodyError if a file is too large or malformed. */
export type UploadRefusal = BodyError | Exclude<Creation, { readonly files: unknown }>;

/**
 * Stores all files of a request, or none. Continues after the client disconnects, in order to delete the objects stored
 * so far. If storage fails, they are deleted after the response, so that the client does not wait for storage again.
 *
 * A repeated request is read to the end, since its content decides whether it is the same upload. Its objects are
 * deleted before the response.
 */
export async function storeUpload(
  { db, env, ctx, user, slot, uploadKey }: AppLocals & SignedIn & UploadSlotLocals & UploadKeyLocals,
  uploads: AsyncIterable<FileUpload>,
): Promise<StoredUpload | UploadRefusal> {
  const storing = storeFiles({ db, FILES: env.FILES, ctx, slot, uploadKey }, user.id, uploads);
  ctx.waitUntil(storing.catch(() => {}));
  const result = await storing;
  if (result instanceof BodyError || !("files" in result)) return result;
  return { files: result.files.map(toFile), isRepeated: result.kind === "repeated" };
}

interface Storing extends FileStorage, UploadKeyLocals {
  readonly ctx: ExecutionContext;
  readonly slot: UploadSlot;
}

async function storeFiles(
  storage: Storing,
  ownerId: string,
  uploads: AsyncIterable<FileUpload>,
): Promise<Creation | BodyError> {
  const { db, FILES, ctx, slot, uploadKey } = storage;
  const files: NewFile[] = [];
  const keys: string[] = [];
  try {
    for await (const { name, declaredType, body, length } of uploads) {
      const objectKey = crypto.randomUUID();
      keys.push(objectKey);
      await recordUpload(db, objectKey);
      const detector = createContentTypeDetector(declaredType, name);
      const source = { chunks: atMost(body, MAX_FILE_BYTES, "A file"), length };
      const written = await writeObject(FILES, objectKey, source, detector.add, slot);
      files.push({ ...written, ...detector.end(), objectKey, name });
    }
    const creation = await createFiles(db, ownerId, files, uploadKey);
    if (creation.kind !== "created") await deleteOrphans(storage, keys, true);
    return creation;
  } catch (error) {
    const isSettled = error instanceof BodyError;
    const deleting = deleteOrphans(storage, keys, isSettled);
    ctx.waitUntil(deleting);
    if (!isSettled) throw error;
    await deleting;
    return error;
  }
}
