/** What the API and the pages do with files alike. */
import type { AppLocals } from "../../env.ts";
import type { SignedIn } from "../../identity/users/user.ts";
import type { BodyError } from "../../web/request/body.ts";
import { type Page, type PageQuery, toPage } from "../../web/request/paging.ts";
import { removeObjects } from "./orphans.ts";
import { type File, type StoredFile, toFile } from "./schema.ts";
import { deleteFile, type FileQuota, listFiles } from "./store.ts";
import { receiveFiles } from "./store-upload.ts";
import type { IncomingFile } from "./upload-source.ts";

/** One's own files, the newest first. */
export async function pageOfFiles({ env, user }: AppLocals & SignedIn, query: PageQuery): Promise<Page<File>> {
  const page = toPage(await listFiles(env.DB, user.id, query), query.limit);
  return { ...page, items: page.items.map(toFile) };
}

/**
 * Takes files in, all or none. Goes on when the client hangs up, so as to clear away what has come.
 *
 * @returns A BodyError where one is too large, or what it comes in is broken; the quota that they would exceed.
 */
export async function receive(
  { env, ctx, user }: AppLocals & SignedIn,
  incoming: AsyncIterable<IncomingFile>,
): Promise<File[] | BodyError | FileQuota> {
  const receiving = receiveFiles(env, user.id, incoming);
  ctx.waitUntil(receiving.catch(() => {}));
  const received = await receiving;
  return Array.isArray(received) ? received.map(toFile) : received;
}

/** Removes a file; its object goes once the answer is on its way. */
export async function remove({ env, ctx, file }: AppLocals & { readonly file: StoredFile }): Promise<void> {
  await deleteFile(env.DB, file.id);
  ctx.waitUntil(removeObjects(env, [file.objectKey], true));
}
