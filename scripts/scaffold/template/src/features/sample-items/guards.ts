/** Requires the user to own the sample item. */
import type { AppLocals } from "../../env.ts";
import type { HeadContext } from "../../http/index.ts";
import { requireOwnership } from "../../identity/guards/require-ownership.ts";
import type { SignedIn } from "../../identity/users/user.ts";
import { pathId } from "../../web/request/uuid.ts";
import { getSampleItem } from "./store.ts";

declare module "../../http/index.ts" {
  interface SuppliedBy {
    sampleItem: "sampleItem (by requireOwnSampleItem)";
  }
}

/** Supplies `sampleItem`. */
export const requireOwnSampleItem = requireOwnership(async (c: HeadContext<AppLocals & SignedIn>) => {
  const sampleItem = await getSampleItem(c.locals.db, pathId(c));
  return sampleItem && { ownerId: sampleItem.ownerId, locals: { sampleItem } };
});
