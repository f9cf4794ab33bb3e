/** Removes a file: its row at once, its object after the response. */
import type { AppLocals } from "../../env.ts";
import { deleteOrphans } from "./orphans.ts";
import type { StoredFile } from "./schema.ts";
import { deleteFile } from "./store.ts";

export async function removeFile({ db, env, ctx, file }: AppLocals & { readonly file: StoredFile }): Promise<void> {
  await deleteFile(db, file.id);
  ctx.waitUntil(deleteOrphans({ db, FILES: env.FILES }, [file.objectKey], true));
}
