/** The account page. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { ApiKey } from "../../identity/tokens/api-keys.ts";
import type { User } from "../../identity/users/user.ts";
import { csrfField } from "../../web/pages/csrf-field.ts";
import { errorSummary, type Field, type FormState, textField } from "../../web/pages/form-fields.ts";
import { layout, type PageContext } from "../../web/pages/layout.ts";
import type { AccountView } from "./account-view.ts";
import { keyList, sessionList } from "./partials.ts";

const NAME: Field = { name: "name", label: "Name", autocomplete: "name", maxlength: 100 };
const PASSWORDS: readonly Field[] = [
  { name: "currentPassword", label: "Current password", type: "password", autocomplete: "current-password" },
  {
    name: "newPassword",
    label: "New password",
    type: "password",
    autocomplete: "new-password",
    hint: "At least 8 characters. Changing it signs you out everywhere else.",
    minlength: 8,
    maxlength: 256,
  },
];

export function accountPage(context: PageContext, view: AccountView): SafeHtml {
  const { csrf } = context;
  return layout(
    "Account",
    html`<header class="page-head"><h1>Account</h1></header>
<div class="account-page">
<div class="list">
${nameCard(view, csrf)}
${emailCard(view.user, context)}
${passwordCard(view, csrf)}
</div>
<div class="list">
${sessionList(view, csrf)}
${keyList(view, csrf)}
</div>
</div>`,
    context,
    ["account/account.css", "account/copy.js"],
  );
}

function nameCard({ user, refused }: AccountView, csrf: string): SafeHtml {
  const typed = refused?.form === "name" ? refused : undefined;
  const state: FormState = { id: "profile", errors: typed?.errors ?? {} };
  return html`<section class="card" aria-labelledby="profile-title">
<h2 id="profile-title">Profile</h2>
<form method="post" action="/account">
${errorSummary(state)}
${csrfField(csrf)}
${textField(state, { ...NAME, value: typed ? typed.fields.name : user.name })}
<button>Save name</button>
</form>
</section>`;
}

function emailCard({ email, emailVerified }: User, { csrf, app, isMailOn }: PageContext): SafeHtml {
  const confirmed = html`<span class="badge good">Confirmed</span>`;
  const again = html`<form method="post" action="/account/verify-email">${csrfField(csrf)}<button class="quiet">Send the link again</button></form>`;
  const mailOff = html`<p class="meta">Mail is not configured, so no link can be sent.</p>`;
  const unconfirmed = html`<span class="badge warn">Not confirmed</span>
${app.paths.verifyEmail === undefined ? "" : isMailOn ? again : mailOff}`;
  return html`<section class="card" aria-labelledby="email-title">
<h2 id="email-title">E-mail</h2>
<p class="long">${email}</p>
<div class="actions">${emailVerified ? confirmed : unconfirmed}</div>
</section>`;
}

function passwordCard({ user, keys, refused }: AccountView, csrf: string): SafeHtml {
  const state: FormState = { id: "password", errors: refused?.form === "password" ? refused.errors : {} };
  return html`<section class="card" aria-labelledby="password-title">
<h2 id="password-title">Password</h2>
<form method="post" action="/account/password">
${errorSummary(state)}
${csrfField(csrf)}
<input type="email" name="email" value="${user.email}" autocomplete="username" readonly hidden>
${PASSWORDS.map((field) => textField(state, field))}
${keysToEnd(keys.items)}
<button>Change password</button>
</form>
</section>`;
}

/** A new password deletes the API keys, since someone who knew the old one may have created them. */
function keysToEnd(keys: readonly ApiKey[]): SafeHtml | "" {
  if (keys.length === 0) return "";
  return html`<p class="meta">This also deletes your API keys: ${keys.map(({ name }) => name).join(", ")}.</p>
<label><input type="checkbox" name="keepApiKeys" value="yes"> Keep my API keys</label>`;
}
