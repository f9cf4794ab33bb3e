/** What users change about their own account. */
import * as z from "zod";
import { displayName } from "../../identity/account-schema.ts";
import { grantablePermissions } from "../../identity/guards/require-permission.ts";
import { givenPassword, newPassword } from "../../identity/password-rules.ts";
import { pageQuery } from "../../web/paging.ts";

export const accountPatch = z.strictObject({ name: displayName });

/** The same from a form, which has fields of its own besides; so with the others. */
export const nameForm = z.object(accountPatch.shape);

export const passwordChange = z.strictObject({ currentPassword: givenPassword, newPassword });

export const passwordForm = z.object(passwordChange.shape);

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

/** A box for each permission, which has its name. */
export const apiKeyForm = z
  .record(z.string(), z.string())
  .transform((form) => {
    const permissions: string[] = grantablePermissions().filter((name) => form[name]);
    return { name: form.name ?? "", permissions };
  })
  .pipe(apiKeyInput);

/** The page shows two lists, each with a cursor of its own. */
export const accountQuery = z.object({ sessions: pageQuery.shape.cursor, keys: pageQuery.shape.cursor });
