/** Requires a verified e-mail address. */
import { type Guard, type HeadContext, headGuard } from "../../http/index.ts";
import { stateFacts } from "../../web/app/guard-facts.ts";
import type { ProblemLocals } from "../../web/respond/problem.ts";
import { deny } from "../../web/respond/refuse.ts";
import type { SignedIn } from "../users/user.ts";

/**
 * Requires a user whose e-mail address is verified. Denies with 403 until the user has opened the link that was mailed
 * to the address.
 */
export const requireEmailVerified: Guard<ProblemLocals & SignedIn> = stateFacts(
  headGuard(function requireEmailVerified(c: HeadContext<ProblemLocals & SignedIn>) {
    if (c.locals.user.emailVerified) return { allow: true };
    return deny(c, 403, "Verify your e-mail address first: open the link that was mailed to it.");
  }),
  {
    denies: [403],
    explanation: "Requires a user whose e-mail address is verified.",
    preview: ({ locals: { user } }) => (user?.emailVerified ? "allow" : "deny"),
  },
);
