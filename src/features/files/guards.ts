/** What the routes of files require beside what the app has. */
import type { AppLocals } from "../../env.ts";
import type { HeadContext } from "../../http/index.ts";
import { requireOwnership } from "../../identity/guards/require-ownership.ts";
import type { SignedIn } from "../../identity/users/user.ts";
import { requireQuota } from "../../limits/guards/require-quota.ts";
import { getFile } from "./store.ts";

/** Supplies `file`. */
export const requireOwnFile = requireOwnership(async ({ raw, locals }: HeadContext<AppLocals & SignedIn>) => {
  const file = await getFile(locals.env.DB, raw.params.id ?? "");
  return file && { ownerId: file.ownerId, locals: { file } };
});

/** For uploads, before any of one is read. */
export const requireFileQuotas = requireQuota(["files", "fileBytes"]);
