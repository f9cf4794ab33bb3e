/** Requires that the resource named by the path belongs to the user. */
import { type Guard, type HeadContext, headGuard } from "../../http/index.ts";
import { stateFacts } from "../../web/app/guard-facts.ts";
import type { ProblemLocals } from "../../web/respond/problem.ts";
import { deny } from "../../web/respond/refuse.ts";
import type { SignedIn } from "../users/user.ts";

/** A resource with an owner. */
export interface Owned<TLocals> {
  readonly ownerId: string;
  /** For later guards and the handler. */
  readonly locals: TLocals;
}

/**
 * Requires that the resource belongs to the user. Supplies the locals that `load` returned. Denies a missing resource
 * and another user's resource with the same 404, so that the response does not reveal other users' resources.
 *
 * @param load Loads the resource named by the path. Returns undefined or null if it does not exist.
 */
export function requireOwnership<TNeeds extends ProblemLocals & SignedIn, TLocals extends object>(
  load: (c: HeadContext<TNeeds>) => Promise<Owned<TLocals> | undefined | null>,
): Guard<TNeeds, TLocals> {
  async function requireOwnership(c: HeadContext<TNeeds>) {
    const owned = await load(c);
    if (owned?.ownerId !== c.locals.user.id) return deny(c, 404, "There is nothing at this address.");
    return { allow: true, locals: owned.locals } as const;
  }
  return stateFacts(headGuard(requireOwnership), {
    denies: [404],
    explanation: "Requires that the resource belongs to the user.",
  });
}
