/** Requires that the session has not ended meanwhile, where a replica could report an older state. */
import type { AppLocals } from "../../env.ts";
import { type Guard, type HeadContext, headGuard } from "../../http/index.ts";
import { stateFacts } from "../../web/app/guard-facts.ts";
import { identifyAtPrimary } from "../sessions/identify.ts";
import type { SignedIn } from "../users/user.ts";
import { denyUnauthenticated } from "./deny-unauthenticated.ts";

/**
 * Requires a session that has not ended, according to the latest state of the database. Supplies `user` and `auth` of
 * that state. Denies with 401 a request whose session has ended (a browser that opens a page is redirected). For
 * responses that hand out a lot of data at once, such as exports and downloads.
 */
export const requireCurrentSession: Guard<AppLocals & SignedIn, SignedIn> = stateFacts(
  headGuard(async function requireCurrentSession(c: HeadContext<AppLocals & SignedIn>) {
    const { signedIn, problem = "ended session" } = await identifyAtPrimary(c);
    return signedIn ? { allow: true, locals: signedIn } : denyUnauthenticated(c, problem);
  }),
  {
    denies: [303, 401],
    explanation: "Requires a session that has not ended, according to the latest state of the database.",
    preview: ({ locals: { auth } }) => (auth ? "allow" : "deny"),
  },
);
