/** The actions on a user, which the administrator must confirm. */
import { html } from "@remix-run/html-template";
import type { User } from "../../identity/users/user.ts";
import type { ConfirmableAction } from "../../web/pages/confirmation.ts";

/** A change of role, to be confirmed. @param next The path of the list to return to. */
export function roleChangeOf({ id, name, email }: User, role: User["role"], next: string): ConfirmableAction {
  const [button, question] =
    role === "admin"
      ? [
          "Make administrator",
          `Make ${name} (${email}) an administrator? Administrators can change and delete all accounts, including yours.`,
        ]
      : ["Make user", `Make ${name} (${email}) a regular user? They will no longer be an administrator.`];
  return {
    button,
    question,
    to: name,
    icon: "user",
    kind: "primary",
    ...target(`/admin/users/${id}/role`, { role, next }),
  };
}

/** The deletion of an account, to be confirmed. @param next The path of the list to return to. */
export function deletionOf({ id, name, email }: User, next: string): ConfirmableAction {
  const question = `Delete the account of ${name} (${email}) and all of its data? This cannot be undone.`;
  return { button: "Delete", question, to: name, icon: "trash", ...target(`/admin/users/${id}/delete`, { next }) };
}

/** HTMX posts the form, follows the redirect to the list and swaps that in. */
function target(
  path: string,
  fields: Readonly<Record<string, string>>,
): Omit<ConfirmableAction, "question" | "button" | "to"> {
  const attributes = html` hx-post="${path}" hx-target="#users" hx-swap="outerHTML show:none"`;
  return { path, fields, attributes };
}
