/** Requires a role. */
import type { AppLocals } from "../../env.ts";
import { type Guard, type HeadContext, headGuard } from "../../http/index.ts";
import { stateFacts } from "../../web/app/guard-facts.ts";
import { deny } from "../../web/respond/refuse.ts";
import { identifyAtPrimary } from "../sessions/identify.ts";
import type { Role, SignedIn } from "../users/user.ts";
import { denyUnauthenticated } from "./deny-unauthenticated.ts";

/**
 * Requires a user with this role. Denies other users with 403, and with 401 a request whose session has just ended. The
 * role is read from the latest state of the database for each request. Supplies `user` and `auth` of that state.
 */
export function requireRole(role: Role): Guard<AppLocals & SignedIn, SignedIn> {
  return stateFacts(
    headGuard(async function requireRole(c: HeadContext<AppLocals & SignedIn>) {
      const { signedIn, problem = "ended session" } = await identifyAtPrimary(c);
      if (!signedIn) return denyUnauthenticated(c, problem);
      if (signedIn.user.role === role) return { allow: true, locals: signedIn };
      return deny(c, 403, `This requires the ${role} role.`);
    }),
    {
      denies: [303, 401, 403],
      explanation: "Requires a user with this role.",
      detail: role,
      preview: ({ locals: { user } }) => (user?.role === role ? "allow" : "deny"),
    },
  );
}
