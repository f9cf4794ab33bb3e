/** Requires a role. */
import { type Guard, type HeadContext, headGuard } from "../../http/index.ts";
import { stateFacts } from "../../web/app/guard-facts.ts";
import type { ProblemLocals } from "../../web/respond/problem.ts";
import { deny } from "../../web/respond/refuse.ts";
import type { Role, SignedIn } from "../users/user.ts";

/** Denies with 403 a user without the role. The role is read from the database for each request. */
export function requireRole(role: Role): Guard<ProblemLocals & SignedIn> {
  return stateFacts(
    headGuard(function requireRole(c: HeadContext<ProblemLocals & SignedIn>) {
      if (c.locals.user.role === role) return { allow: true };
      return deny(c, 403, `This requires the ${role} role.`);
    }),
    { denies: [403], detail: role },
  );
}
