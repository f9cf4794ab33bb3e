/** Requires a permission of a program that uses an API key. */
import { type Guard, type HeadContext, headGuard } from "../../http/index.ts";
import { stateFacts } from "../../web/app/guard-facts.ts";
import type { ProblemLocals } from "../../web/respond/problem.ts";
import { deny } from "../../web/respond/refuse.ts";
import type { SignedIn } from "../users/user.ts";

/** What may be done to what, such as `notes:read`. */
export type Permission = `${string}:${string}`;

const permissionByGuard = new Map<object, Permission>();

/** The permissions that a key can have: there is one where a route requires it. */
export function grantablePermissions(): readonly Permission[] {
  return [...new Set(permissionByGuard.values())].sort();
}

export function isPermissionGuard(guard: object): boolean {
  return permissionByGuard.has(guard);
}

/** Denies with 403 a key that was not given the permission. Users have all permissions over what is theirs. */
export function requirePermission(permission: Permission): Guard<ProblemLocals & SignedIn> {
  const guard = headGuard(function requirePermission(c: HeadContext<ProblemLocals & SignedIn>) {
    const { auth } = c.locals;
    if (auth.via !== "key" || auth.permissions.includes(permission)) return { allow: true };
    return deny(c, 403, `This API key does not have the permission ${permission}.`);
  });
  permissionByGuard.set(guard, permission);
  return stateFacts(guard, { denies: [403], detail: permission });
}
