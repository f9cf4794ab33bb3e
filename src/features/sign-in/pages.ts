/** The forms around signing in. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { KeptMail } from "../../identity/mailer.ts";
import { csrfField, layout, type Visitor } from "../../web/layout.ts";

/** A form to fill in, or one that was refused. */
export interface FormState {
  /** What was typed, but for passwords. */
  readonly fields?: Readonly<Record<string, string | undefined>>;
  readonly errors?: readonly string[];
}

interface Field {
  readonly name: string;
  readonly label: string;
  readonly type: "text" | "email" | "password";
  /** For browsers and password managers (HTML §4.10.18.7). */
  readonly autocomplete: string;
}

const NAME: Field = { name: "name", label: "Name", type: "text", autocomplete: "name" };
const EMAIL: Field = { name: "email", label: "E-mail", type: "email", autocomplete: "username" };
const PASSWORD: Field = { name: "password", label: "Password", type: "password", autocomplete: "current-password" };
const NEW_PASSWORD: Field = { ...PASSWORD, label: "New password (8 characters or more)", autocomplete: "new-password" };

/** @param next Where to go on to, once signed in. */
export function loginPage(visitor: Visitor, next: string, state: FormState = {}): SafeHtml {
  const more = html`<p><a href="/forgot-password">Forgot the password?</a> No account yet? <a href="/register">Make one</a>.</p>`;
  return formPage(visitor, { title: "Sign in", fields: [EMAIL, PASSWORD], hidden: { next }, more }, state);
}

export function registerPage(visitor: Visitor, state?: FormState): SafeHtml {
  return formPage(visitor, { title: "Make an account", fields: [NAME, EMAIL, NEW_PASSWORD] }, state);
}

export function forgotPage(visitor: Visitor, state?: FormState): SafeHtml {
  return formPage(visitor, { title: "Ask for a new password", fields: [EMAIL] }, state);
}

/** @param token From the link that was mailed. */
export function resetPage(visitor: Visitor, token: string, state?: FormState): SafeHtml {
  return formPage(visitor, { title: "Choose a new password", fields: [NEW_PASSWORD], hidden: { token } }, state);
}

/** A form, since mail programs open links on their own and would use the token up. */
export function verifyPage(visitor: Visitor, token: string, state?: FormState): SafeHtml {
  return formPage(visitor, { title: "Confirm the e-mail address", fields: [], hidden: { token } }, state);
}

interface Form {
  readonly title: string;
  readonly fields: readonly Field[];
  readonly hidden?: Readonly<Record<string, string>>;
  readonly more?: SafeHtml;
}

function formPage(visitor: Visitor, { title, fields, hidden = {}, more }: Form, state: FormState = {}): SafeHtml {
  const { fields: typed = {}, errors = [] } = state;
  return layout(
    title,
    html`<h2>${title}</h2>
<form method="post">
${csrfField(visitor.csrf)}
${Object.entries(hidden).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
${errors.map((error) => html`<p class="error" role="alert">${error}</p>`)}
${fields.map((field) => fieldOf(field, typed[field.name]))}
<button>${title}</button>
</form>
${more ?? ""}`,
    visitor,
  );
}

function fieldOf({ name, label, type, autocomplete }: Field, typed = ""): SafeHtml {
  const value = type === "password" ? "" : typed;
  return html`<label>${label} <input name="${name}" type="${type}" value="${value}" autocomplete="${autocomplete}" required></label>`;
}

/** @param mails What development did not send. */
export function outboxPage(visitor: Visitor, mails: readonly KeptMail[]): SafeHtml {
  return layout(
    "Outbox",
    html`<h2>Outbox</h2>
<p class="soft">In development mail stays here.</p>
<ul>${mails.map(
      ({ recipient, subject, text, createdAt }) => html`<li>
<h2>${subject}</h2>
<p class="soft">${recipient} <time datetime="${createdAt}">${createdAt}</time></p>
<p>${linked(text)}</p>
</li>`,
    )}</ul>`,
    visitor,
  );
}

/** The text with its links to follow. */
function linked(text: string): (string | SafeHtml)[] {
  return text.split(/(https?:\/\/\S+)/).map((part, index) => (index % 2 ? html`<a href="${part}">${part}</a>` : part));
}
