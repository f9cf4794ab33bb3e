/** What users change about their own account. */
import * as z from "zod";
import { displayName } from "../../identity/account-schema.ts";
import { grantablePermissions } from "../../identity/guards/require-permission.ts";
import { givenPassword, newPassword } from "../../identity/password-rules.ts";

export const accountPatch = z.strictObject({ name: displayName });

export const passwordChange = z.strictObject({ currentPassword: givenPassword, newPassword });

const permission = z
  .string()
  .refine((name) => grantablePermissions().some((known) => known === name), "There is no such permission");

export const apiKeyInput = z.strictObject({
  name: displayName,
  permissions: z
    .array(permission)
    .min(1, "Give at least one permission")
    .max(100)
    .transform((names) => [...new Set(names)]),
});
