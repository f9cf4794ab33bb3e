/** Requires a role. */
import { type Guard, type HeadContext, headGuard } from "../../http/index.ts";
import { stateFacts } from "../../web/app/guard-facts.ts";
import type { ProblemLocals } from "../../web/respond/problem.ts";
import { deny } from "../../web/respond/refuse.ts";
import type { Role, SignedIn } from "../users/user.ts";

/**
 * Requires a user with this role. Denies other users with 403. The role is read from the database for each request.
 */
export function requireRole(role: Role): Guard<ProblemLocals & SignedIn> {
  return stateFacts(
    headGuard(function requireRole(c: HeadContext<ProblemLocals & SignedIn>) {
      if (c.locals.user.role === role) return { allow: true };
      return deny(c, 403, `This requires the ${role} role.`);
    }),
    {
      denies: [403],
      explanation: "Requires a user with this role.",
      detail: role,
      preview: ({ locals: { user } }) => (user?.role === role ? "allow" : "deny"),
    },
  );
}
