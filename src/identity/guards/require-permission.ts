/** Requires a signed-in user, or an API key with a permission. */
import type { AppLocals } from "../../env.ts";
import { type Guard, type HeadContext, headGuard } from "../../http/index.ts";
import { stateFacts } from "../../web/app/guard-facts.ts";
import { deny } from "../../web/respond/refuse.ts";
import { identify } from "../sessions/identify.ts";
import type { SignedIn } from "../users/user.ts";
import { denyUnauthenticated } from "./deny-unauthenticated.ts";

/** An action on a kind of resource, such as `notes:read`. */
export type Permission = `${string}:${string}`;

/**
 * Requires a signed-in user, or an API key with this permission. Supplies `user` and `auth`, instead of `requireAuth`.
 * Denies with 401 a request without a valid credential, and with 403 an API key without the permission. Users have
 * every permission for their own data.
 *
 * A permission can be granted to API keys as soon as a route of the app requires it.
 */
export function requirePermission(permission: Permission): Guard<AppLocals, SignedIn> {
  return stateFacts(
    headGuard(async function requirePermission(c: HeadContext<AppLocals>) {
      const { signedIn, problem = "no credential" } = await identify(c);
      if (!signedIn) return denyUnauthenticated(c, problem);
      const { auth } = signedIn;
      if (auth.via !== "key" || auth.permissions.includes(permission)) return { allow: true, locals: signedIn };
      return deny(c, 403, `This API key does not have the permission ${permission}.`);
    }),
    {
      denies: [303, 401, 403],
      explanation: "Requires a signed-in user, or an API key with this permission.",
      detail: permission,
      permission,
      credentials: ["session", "token", "key"],
      preview: ({ locals: { auth } }) =>
        auth && (auth.via !== "key" || auth.permissions.includes(permission)) ? "allow" : "deny",
    },
  );
}
