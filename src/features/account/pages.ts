/** The account page. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { ApiKey } from "../../identity/tokens/api-keys.ts";
import type { User } from "../../identity/users/user.ts";
import { csrfField } from "../../web/pages/csrf-field.ts";
import { errorSummary, type Field, type FormState, textField } from "../../web/pages/form-fields.ts";
import { HTMX, layout, type PageContext } from "../../web/pages/layout.ts";
import { badge } from "../../web/pages/ui/badge.ts";
import { button } from "../../web/pages/ui/button.ts";
import { pageHead } from "../../web/pages/ui/page-head.ts";
import type { AccountView } from "./account-view.ts";
import { keySection, section, sessionSection } from "./partials.ts";

const NAME: Field = { name: "name", label: "Name", autocomplete: "name", maxlength: 100 };
const PASSWORDS: readonly Field[] = [
  { name: "currentPassword", label: "Current password", type: "password", autocomplete: "current-password" },
  {
    name: "newPassword",
    label: "New password",
    type: "password",
    autocomplete: "new-password",
    hint: "At least 8 characters.",
    minlength: 8,
    maxlength: 256,
  },
];

export function accountPage(context: PageContext, view: AccountView): SafeHtml {
  const { csrf } = context;
  return layout(
    "Account",
    html`${pageHead({ title: "Account" })}
<div class="settings">
${profile(view, csrf)}
${emailAddress(view.user, context)}
${password(view, csrf)}
${sessionSection(view, csrf)}
${keySection(view, csrf)}
</div>`,
    context,
    [HTMX, "account/account.css", "account/copy.js"],
  );
}

function profile({ user, refused }: AccountView, csrf: string): SafeHtml {
  const typed = refused?.form === "name" ? refused : undefined;
  const state: FormState = { id: "profile", errors: typed?.errors ?? {} };
  return section(
    { id: "profile", title: "Profile" },
    html`<form method="post" action="/account" data-draft="account/name">
${errorSummary(state)}
${csrfField(csrf)}
${textField(state, { ...NAME, value: typed ? typed.fields.name : user.name })}
${button({ label: "Save name", kind: "primary" })}
</form>`,
  );
}

function emailAddress({ email, emailVerified }: User, { csrf, app, isMailOn }: PageContext): SafeHtml {
  const again = html`<form method="post" action="/account/verify-email">${csrfField(csrf)}${button({ label: "Send the link again" })}</form>`;
  const mailOff = html`<p class="meta">Mail is not configured, so no link can be sent.</p>`;
  const canConfirm = !emailVerified && app.paths.verifyEmail !== undefined;
  return section(
    { id: "email", title: "E-mail" },
    html`<p class="address"><bdi>${email}</bdi> ${emailVerified ? badge("Confirmed", "good") : badge("Not confirmed", "warn")}</p>
${canConfirm ? (isMailOn ? again : mailOff) : ""}`,
  );
}

function password({ user, keys, refused }: AccountView, csrf: string): SafeHtml {
  const state: FormState = { id: "password", errors: refused?.form === "password" ? refused.errors : {} };
  return section(
    { id: "password", title: "Password", text: "Changing it signs you out everywhere else." },
    html`<form method="post" action="/account/password">
${errorSummary(state)}
${csrfField(csrf)}
<input type="email" name="email" value="${user.email}" autocomplete="username" readonly hidden>
${PASSWORDS.map((field) => textField(state, field))}
${keysToDelete(keys.items)}
${button({ label: "Change password", kind: "primary" })}
</form>`,
  );
}

/** A new password deletes the API keys, since someone who knew the old one may have created them. */
function keysToDelete(keys: readonly ApiKey[]): SafeHtml {
  const names = keys.map(({ name }, index) => html`${index === 0 ? "" : ", "}<bdi>${name}</bdi>`);
  return html`<div id="keys-to-end">${
    keys.length === 0
      ? ""
      : html`<p class="meta">This also deletes your API keys: ${names}.</p>
<label class="check"><input type="checkbox" name="keepApiKeys" value="yes"> Keep my API keys</label>`
  }</div>`;
}
