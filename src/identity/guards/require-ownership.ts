/** Requires that what the path names is the user's own. */
import { type Guard, type HeadContext, headGuard } from "../../http/index.ts";
import { stateFacts } from "../../web/app/guard-facts.ts";
import type { ProblemLocals } from "../../web/respond/problem.ts";
import { deny } from "../../web/respond/refuse.ts";
import type { SignedIn } from "../users/user.ts";

/** Something that somebody owns. */
export interface Owned<TLocals> {
  readonly ownerId: string;
  /** What was loaded, for the guards behind and the handler. */
  readonly locals: TLocals;
}

/**
 * Supplies what `load` found. Denies with 404 what is not there and what is somebody else's alike, so
 * that nobody learns of what others have.
 *
 * @param load Loads what the path names; undefined or null where there is none.
 */
export function requireOwnership<TNeeds extends ProblemLocals & SignedIn, TLocals extends object>(
  load: (c: HeadContext<TNeeds>) => Promise<Owned<TLocals> | undefined | null>,
): Guard<TNeeds, TLocals> {
  async function requireOwnership(c: HeadContext<TNeeds>) {
    const owned = await load(c);
    if (owned?.ownerId !== c.locals.user.id) return deny(c, 404, "There is nothing at this address.");
    return { allow: true, locals: owned.locals } as const;
  }
  return stateFacts(headGuard(requireOwnership), { denies: [404] });
}
