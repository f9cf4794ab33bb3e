/** The guard of the page, which anyone may read in development, and administrators in production. */
import type { AppLocals } from "../../env.ts";
import { type Guard, type HeadContext, headGuard } from "../../http/index.ts";
import { denyUnauthenticated } from "../../identity/guards/deny-unauthenticated.ts";
import { identify, identifyAtPrimary } from "../../identity/sessions/identify.ts";
import type { SignedIn } from "../../identity/users/user.ts";
import { stateFacts } from "../../web/app/guard-facts.ts";
import { deny } from "../../web/respond/refuse.ts";

/**
 * Requires an administrator, except in development. Supplies `user` and `auth` of a signed-in visitor. Outside
 * development, it denies like `requireAuth` and `requireRole`: visitors with 401 (a browser is redirected to the
 * sign-in page), and users and API keys with 403. The role is read from the latest state of the database.
 */
export const requireAdminInProduction: Guard<AppLocals, Partial<SignedIn>> = stateFacts(
  headGuard(async function requireAdminInProduction(c: HeadContext<AppLocals>) {
    if (isDevelopment(c.locals)) return { allow: true, locals: (await identify(c)).signedIn ?? {} };
    const { signedIn, problem = "no credential" } = await identifyAtPrimary(c);
    if (!signedIn) return denyUnauthenticated(c, problem);
    if (isAdmin(signedIn)) return { allow: true, locals: signedIn };
    return deny(c, 403, "This requires the admin role. API keys are not accepted.");
  }),
  {
    denies: [303, 401, 403],
    explanation: "Requires an administrator, except in development.",
    credentials: ["session", "token"],
    preview: ({ locals }) => (isDevelopment(locals) || isAdmin(locals) ? "allow" : "deny"),
  },
);

function isDevelopment({ env }: Pick<AppLocals, "env">): boolean {
  return env.ENVIRONMENT === "development";
}

function isAdmin({ user, auth }: Partial<SignedIn>): boolean {
  return user?.role === "admin" && auth !== undefined && auth.via !== "key";
}
