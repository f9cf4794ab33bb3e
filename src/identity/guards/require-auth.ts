/** Requires a signed-in user. */
import type { AppLocals } from "../../env.ts";
import { type Guard, type HeadContext, headGuard } from "../../http/index.ts";
import { stateFacts } from "../../web/app/guard-facts.ts";
import { deny } from "../../web/respond/refuse.ts";
import { identify } from "../sessions/identify.ts";
import type { SignedIn } from "../users/user.ts";
import { denyUnauthenticated } from "./deny-unauthenticated.ts";

declare module "../../http/index.ts" {
  interface SuppliedBy {
    user: "user (by requireAuth)";
    auth: "auth (by requireAuth)";
  }
}

/**
 * Requires a signed-in user; API keys are not accepted. Supplies `user` and `auth`. Denies with 401 a request without a
 * valid access token or session (a browser that opens a page is redirected), and with 403 an API key: keys are
 * accepted only on routes guarded by `requirePermission`.
 */
export const requireAuth: Guard<AppLocals, SignedIn> = stateFacts(
  headGuard(async function requireAuth(c: HeadContext<AppLocals>) {
    const { signedIn, problem = "no credential" } = await identify(c);
    if (!signedIn) return denyUnauthenticated(c, problem);
    if (signedIn.auth.via === "key") return deny(c, 403, "API keys are not accepted here. Sign in.");
    return { allow: true, locals: signedIn };
  }),
  {
    denies: [303, 401, 403],
    explanation: "Requires a signed-in user; API keys are not accepted.",
    credentials: ["session", "token"],
    preview: ({ locals: { auth } }) => (auth && auth.via !== "key" ? "allow" : "deny"),
  },
);
