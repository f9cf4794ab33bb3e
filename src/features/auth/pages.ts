/** The pages for registration, sign-in and mailed links, and the outbox. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { OutboxMail } from "../../identity/mail/outbox.ts";
import { csrfField } from "../../web/pages/csrf-field.ts";
import { demoAccounts } from "../../web/pages/demo-accounts.ts";
import { errorSummary, type Field, type FormErrors, textField } from "../../web/pages/form-fields.ts";
import { layout, type PageContext } from "../../web/pages/layout.ts";
import { timeOf } from "../../web/pages/time.ts";

/** The values and errors of a refused form. */
export interface SubmittedForm {
  readonly fields: Readonly<Record<string, string | undefined>>;
  readonly errors: FormErrors;
}

const NAME: Field = { name: "name", label: "Name", autocomplete: "name", maxlength: 100 };
const EMAIL: Field = { name: "email", label: "E-mail", type: "email", autocomplete: "username" };
const PASSWORD: Field = { name: "password", label: "Password", type: "password", autocomplete: "current-password" };
const NEW_PASSWORD: Field = {
  ...PASSWORD,
  autocomplete: "new-password",
  hint: "At least 8 characters. A few random words are easy to remember and hard to guess.",
  minlength: 8,
  maxlength: 256,
};

/**
 * @param next The path to open after sign-in.
 * @param isDevelopment Whether to show the demonstration accounts.
 */
export function loginPage(context: PageContext, next: string, isDevelopment: boolean, typed?: SubmittedForm): SafeHtml {
  const forgot = context.isMailOn
    ? html`<a href="/forgot-password">Forgot your password?</a>`
    : "Forgot your password? Mail is not configured, so it cannot be reset here.";
  const after = html`<p class="aside">${forgot}</p>
<p class="aside">No account yet? <a href="/register">Register</a></p>
${isDevelopment ? demoAccounts(context.app.paths.outbox) : ""}`;
  return formPage(context, { title: "Sign in", fields: [EMAIL, PASSWORD], hidden: { next }, after }, typed);
}

export function registerPage(context: PageContext, typed?: SubmittedForm): SafeHtml {
  const after = html`<p class="aside">Already have an account? <a href="/login">Sign in</a></p>`;
  const fields = [NAME, EMAIL, NEW_PASSWORD];
  return formPage(context, { title: "Create an account", button: "Register", fields, after }, typed);
}

export function forgotPage(context: PageContext, typed?: SubmittedForm): SafeHtml {
  const lead = "We will send you an e-mail with a link to choose a new password.";
  const after = html`<p class="aside"><a href="/login">Back to sign-in</a></p>`;
  return formPage(
    context,
    { title: "Reset your password", button: "Send the link", lead, fields: [EMAIL], after },
    typed,
  );
}

/** @param token From the link that was mailed. */
export function resetPage(context: PageContext, token: string, typed?: SubmittedForm): SafeHtml {
  const lead = "This signs you out everywhere and deletes your API keys.";
  const fields = [{ ...NEW_PASSWORD, label: "New password" }];
  const title = "Choose a new password";
  return formPage(context, { title, button: "Change password", lead, fields, hidden: { token } }, typed);
}

/**
 * A form, because mail programs may open the link themselves and would consume the token.
 *
 * @param needsPassword True unless the visitor is signed in to the account of the link.
 */
export function verifyPage(
  context: PageContext,
  token: string,
  needsPassword: boolean,
  typed?: SubmittedForm,
): SafeHtml {
  const lead = needsPassword
    ? "Enter your password to confirm that this account is yours."
    : "Confirm that this address belongs to your account.";
  const takeOver = html`<p class="aside">Didn’t create this account? <a href="/forgot-password">Take it over with a new password</a></p>`;
  const fields = needsPassword ? [PASSWORD] : [];
  const title = "Confirm your e-mail address";
  return formPage(
    context,
    { title, button: "Confirm", lead, fields, hidden: { token }, ...(context.isMailOn && { after: takeOver }) },
    typed,
  );
}

interface Form {
  readonly title: string;
  /** The text of the button; the title by default. */
  readonly button?: string;
  readonly lead?: string;
  readonly fields: readonly Field[];
  readonly hidden?: Readonly<Record<string, string>>;
  readonly after?: SafeHtml;
}

function formPage(
  context: PageContext,
  form: Form,
  { fields: typed, errors }: SubmittedForm = { fields: {}, errors: {} },
): SafeHtml {
  const { title, button = title, lead, fields, hidden = {}, after } = form;
  const state = { id: "form", errors };
  const wrong = fields.findIndex(({ name }) => name in errors);
  return layout(
    title,
    html`<div class="narrow">
<h1>${title}</h1>
${lead ? html`<p class="lead">${lead}</p>` : ""}
<form class="card" method="post">
${errorSummary(state)}
${csrfField(context.csrf)}
${Object.entries(hidden).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
${fields.map((field, index) => textField(state, { ...field, value: typed[field.name], isFirst: index === Math.max(wrong, 0) }))}
<button>${button}</button>
</form>
${after ?? ""}
</div>`,
    context,
  );
}

export function outboxPage(context: PageContext, mails: readonly OutboxMail[]): SafeHtml {
  return layout(
    "Outbox",
    html`<header class="page-head"><h1>Outbox</h1><p class="lead">In development, mail is kept here instead of being sent.</p></header>
${mails.length === 0 ? html`<p class="empty">No mail yet.</p>` : html`<ul class="list">${mails.map(mailItem)}</ul>`}`,
    context,
  );
}

function mailItem({ to, subject, text, createdAt }: OutboxMail): SafeHtml {
  return html`<li class="card">
<h2>${subject}</h2>
<p class="meta">To ${to}, ${timeOf(createdAt)}</p>
<p class="text">${linked(text)}</p>
</li>`;
}

/** Turns the addresses in a text into links. */
function linked(text: string): (string | SafeHtml)[] {
  return text.split(/(https?:\/\/\S+)/).map((part, index) => (index % 2 ? html`<a href="${part}">${part}</a>` : part));
}
