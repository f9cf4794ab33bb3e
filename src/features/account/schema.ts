/** The schemas of changes to an account. */
import * as z from "zod";
import type { AppLocals } from "../../env.ts";
import { givenPassword, newPassword } from "../../identity/passwords/password-rules.ts";
import { MAX_KEY_LIFETIME_MS } from "../../identity/tokens/api-keys.ts";
import { displayName } from "../../identity/users/account-schema.ts";
import { submission } from "../../web/pages/submission-field.ts";
import type { FormFields } from "../../web/request/form.ts";
import { pageQuery } from "../../web/request/paging.ts";

export const accountPatch = z.strictObject({ name: displayName });

/** The same from a form, which has further fields. */
export const nameForm = z.object(accountPatch.shape);

export const passwordChange = z.strictObject({
  currentPassword: givenPassword,
  newPassword,
  /** A new password deletes the API keys unless this is true. */
  keepApiKeys: z.boolean().default(false),
});

export const passwordForm = z
  .object({ ...passwordChange.shape, keepApiKeys: z.string().optional() })
  .transform((form) => ({ ...form, keepApiKeys: form.keepApiKeys === "yes" }));

export const passwordConfirmation = z.strictObject({ password: givenPassword });

/** `continue` is the path of the original form, whose fields are sent along. */
export const confirmationForm = z.object({ currentPassword: givenPassword, continue: z.string() });

const expiry = z.iso
  .datetime({ error: "The expiry must be an ISO 8601 time in UTC", abort: true })
  .refine((time) => Date.parse(time) > Date.now(), "The expiry must be in the future")
  .refine((time) => Date.parse(time) <= Date.now() + MAX_KEY_LIFETIME_MS, "A key must expire within a year");

export const apiKeyInput = z.strictObject({
  name: displayName,
  permissions: z
    .array(z.string().max(100))
    .describe("Permissions that operations require of a key")
    .min(1, "Choose at least one permission")
    .max(100)
    .transform((names) => [...new Set(names)]),
  expiresAt: expiry.optional(),
});

/** The lifetimes that the form offers, in days. */
export const KEY_LIFETIMES_DAYS = ["7", "30", "90", "365"] as const;

const DAY_MS = 24 * 60 * 60 * 1000;

/** @returns An error message for the first permission that the app does not have; undefined if it has them all. */
export function permissionProblem(permissions: readonly string[], { app }: Pick<AppLocals, "app">): string | undefined {
  const unknown = permissions.find((name) => !app.permissions.includes(name));
  return unknown === undefined ? undefined : `There is no permission “${unknown}”`;
}

/** The permissions selected in a form. Their fields have a colon in the name, unlike all other fields. */
export function permissionsOf(form: FormFields): string[] {
  return Object.keys(form).filter((name) => name.includes(":") && form[name]);
}

export const apiKeyForm = z
  .record(z.string(), z.string())
  .transform((form) => {
    const permissions = permissionsOf(form);
    const days = Number(KEY_LIFETIMES_DAYS.find((life) => life === form.days) ?? "90");
    const expiresAt = new Date(Date.now() + days * DAY_MS).toISOString();
    return { name: form.name ?? "", permissions, expiresAt, days: String(days), submission: form.submission };
  })
  .pipe(apiKeyInput.required().extend({ days: z.string(), submission }));

/** The cursors of the two lists on the page. */
export const accountQuery = z.object({ sessions: pageQuery.shape.cursor, keys: pageQuery.shape.cursor });
