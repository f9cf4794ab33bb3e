/** What users change about their own account. */
import * as z from "zod";
import type { AppLocals } from "../../env.ts";
import { givenPassword, newPassword } from "../../identity/passwords/password-rules.ts";
import { MAX_KEY_LIFETIME_MS } from "../../identity/tokens/api-keys.ts";
import { displayName } from "../../identity/users/account-schema.ts";
import type { FormFields } from "../../web/request/form.ts";
import { pageQuery } from "../../web/request/paging.ts";

export const accountPatch = z.strictObject({ name: displayName });

/** The same from a form, which has fields of its own besides; so with the others. */
export const nameForm = z.object(accountPatch.shape);

export const passwordChange = z.strictObject({
  currentPassword: givenPassword,
  newPassword,
  /** API keys end with the password unless they are kept. */
  keepApiKeys: z.boolean().default(false),
});

export const passwordForm = z
  .object({ ...passwordChange.shape, keepApiKeys: z.string().optional() })
  .transform((form) => ({ ...form, keepApiKeys: form.keepApiKeys === "yes" }));

export const passwordConfirmation = z.strictObject({ password: givenPassword });

/** `continue` is the path that the form was first sent to; its fields come along. */
export const confirmationForm = z.object({ currentPassword: givenPassword, continue: z.string() });

const expiry = z.iso
  .datetime({ error: "The expiry must be a time in ISO 8601, in UTC", abort: true })
  .refine((time) => Date.parse(time) > Date.now(), "The expiry must be in the future")
  .refine((time) => Date.parse(time) <= Date.now() + MAX_KEY_LIFETIME_MS, "A key must expire within a year");

export const apiKeyInput = z.strictObject({
  name: displayName,
  permissions: z
    .array(z.string().max(100))
    .min(1, "Choose at least one permission")
    .max(100)
    .transform((names) => [...new Set(names)]),
  expiresAt: expiry.optional(),
});

/** Days until a key expires, as the form offers them. */
export const KEY_LIVES = ["7", "30", "90", "365"] as const;

const DAY_MS = 24 * 60 * 60 * 1000;

/** @returns What is wrong with the permissions of a new key; undefined where the app has them all. */
export function permissionProblem(permissions: readonly string[], { app }: Pick<AppLocals, "app">): string | undefined {
  const unknown = permissions.find((name) => !app.permissions.includes(name));
  return unknown === undefined ? undefined : `There is no permission “${unknown}”`;
}

/** The checkboxes of a form: one for each permission, under its name. A colon tells them from other fields. */
export function permissionsOf(form: FormFields): string[] {
  return Object.keys(form).filter((name) => name.includes(":") && form[name]);
}

export const apiKeyForm = z
  .record(z.string(), z.string())
  .transform((form) => {
    const permissions = permissionsOf(form);
    const days = Number(KEY_LIVES.find((life) => life === form.days) ?? "90");
    return { name: form.name ?? "", permissions, expiresAt: new Date(Date.now() + days * DAY_MS).toISOString() };
  })
  .pipe(apiKeyInput.required());

/** The page shows two lists, each with a cursor of its own. */
export const accountQuery = z.object({ sessions: pageQuery.shape.cursor, keys: pageQuery.shape.cursor });
