/** Requires that an API key has a permission. */
import { type Guard, type HeadContext, headGuard } from "../../http/index.ts";
import { stateFacts } from "../../web/app/guard-facts.ts";
import type { ProblemLocals } from "../../web/respond/problem.ts";
import { deny } from "../../web/respond/refuse.ts";
import type { SignedIn } from "../users/user.ts";

/** A resource and an action, such as `notes:read`. */
export type Permission = `${string}:${string}`;

const permissionByGuard = new Map<object, Permission>();

/** The permissions that a key can have: those that a route requires. */
export function grantablePermissions(): readonly Permission[] {
  return [...new Set(permissionByGuard.values())].sort();
}

export function isPermissionGuard(guard: object): boolean {
  return permissionByGuard.has(guard);
}

/** Denies with 403 an API key without the permission. Users have every permission for their own resources. */
export function requirePermission(permission: Permission): Guard<ProblemLocals & SignedIn> {
  const guard = headGuard(function requirePermission(c: HeadContext<ProblemLocals & SignedIn>) {
    const { auth } = c.locals;
    if (auth.via !== "key" || auth.permissions.includes(permission)) return { allow: true };
    return deny(c, 403, `This API key does not have the permission ${permission}.`);
  });
  permissionByGuard.set(guard, permission);
  return stateFacts(guard, { denies: [403], detail: permission });
}
