/** Keeps users from applying an action to their own account. */
import { type Guard, type HeadContext, headGuard } from "../../http/index.ts";
import { stateFacts } from "../../web/app/guard-facts.ts";
import { pathId } from "../../web/request/uuid.ts";
import type { ProblemLocals } from "../../web/respond/problem.ts";
import { deny } from "../../web/respond/refuse.ts";
import type { SignedIn } from "../users/user.ts";

/**
 * Requires that the path does not name the user's own account. Denies with 403 if the `id` in the path is the user's
 * own.
 */
export const requireNotSelf: Guard<ProblemLocals & SignedIn> = stateFacts(
  headGuard(function requireNotSelf(c: HeadContext<ProblemLocals & SignedIn>) {
    if (pathId(c) !== c.locals.user.id) return { allow: true };
    return deny(c, 403, "You can't do this to your own account.");
  }),
  { denies: [403], explanation: "Requires that the path does not name the user's own account." },
);
