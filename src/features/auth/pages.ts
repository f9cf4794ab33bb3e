/** The pages for registration and sign-in, and the outbox. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { OutboxMail } from "../../identity/mail/outbox.ts";
import { EMAIL_LABEL } from "../../identity/users/account-schema.ts";
import { csrfField } from "../../web/pages/csrf-field.ts";
import { demoAccounts } from "../../web/pages/demo-accounts.ts";
import { errorSummary, type Field, type FormErrors, textField } from "../../web/pages/form-fields.ts";
import { layout, type PageContext } from "../../web/pages/layout.ts";
import { timeOf } from "../../web/pages/time.ts";
import { emptyState } from "../../web/pages/ui/empty-state.ts";
import { pageHead } from "../../web/pages/ui/page-head.ts";

/** The values and errors of a refused form. */
export interface SubmittedForm {
  readonly fields: Readonly<Record<string, string | undefined>>;
  readonly errors: FormErrors;
}

const NAME: Field = { name: "name", label: "Name", autocomplete: "name", maxlength: 100 };
const EMAIL: Field = { name: "email", label: EMAIL_LABEL, type: "email", autocomplete: "username" };
export const PASSWORD: Field = {
  name: "password",
  label: "Password",
  type: "password",
  autocomplete: "current-password",
};
export const NEW_PASSWORD: Field = {
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
  const { user, app } = context;
  const back = user ? { path: app.homePath, label: "Cancel" } : { path: "/login", label: "Back to sign-in" };
  const after = html`<p class="aside"><a href="${back.path}">${back.label}</a></p>`;
  return formPage(
    context,
    { title: "Reset your password", button: "Send the link", lead, fields: [EMAIL], after },
    typed,
  );
}

/** A page with a form in the usual layout. */
interface Form {
  readonly title: string;
  /** The text of the button; the title by default. */
  readonly button?: string;
  readonly lead?: string;
  readonly fields: readonly Field[];
  readonly hidden?: Readonly<Record<string, string>>;
  /** The account that a password is for, so that password managers find it. Not submitted. */
  readonly username?: string | undefined;
  readonly after?: SafeHtml;
}

export function formPage(
  context: PageContext,
  form: Form,
  { fields: typed, errors }: SubmittedForm = { fields: {}, errors: {} },
): SafeHtml {
  const { title, button = title, lead, fields, hidden = {}, username, after } = form;
  const state = { id: "form", errors };
  const wrong = fields.findIndex(({ name }) => name in errors);
  return layout(
    title,
    html`<div class="narrow">
<h1>${title}</h1>
${lead ? html`<p class="lead">${lead}</p>` : ""}
<form method="post">
${errorSummary(state)}
${csrfField(context.csrf)}
${Object.entries(hidden).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
${username === undefined ? "" : html`<input type="email" value="${username}" autocomplete="username" aria-label="E-mail" readonly hidden>`}
${fields.map((field, index) => textField(state, { ...field, value: typed[field.name], isFirst: index === Math.max(wrong, 0) }))}
<button class="primary">${button}</button>
</form>
${after ?? ""}
</div>`,
    context,
  );
}

export function outboxPage(context: PageContext, mails: readonly OutboxMail[]): SafeHtml {
  return layout(
    "Outbox",
    html`${pageHead({ title: "Outbox", lead: "In development, mail is kept here instead of being sent." })}
${mails.length === 0 ? emptyState("No mail yet.") : html`<ul class="rows">${mails.map(mailItem)}</ul>`}`,
    context,
  );
}

function mailItem({ to, subject, text, createdAt }: OutboxMail): SafeHtml {
  return html`<li>
<h2>${subject}</h2>
<p class="meta">To ${to}, ${timeOf(createdAt)}</p>
<p class="text">${linked(text)}</p>
</li>`;
}

/** Turns the addresses in a text into links. */
function linked(text: string): (string | SafeHtml)[] {
  return text.split(/(https?:\/\/\S+)/).map((part, index) => (index % 2 ? html`<a href="${part}">${part}</a>` : part));
}
