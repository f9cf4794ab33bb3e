/** The pages that mailed links open. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { layout, type PageContext } from "../../web/pages/layout.ts";
import { formPage, NEW_PASSWORD, PASSWORD, type SubmittedForm } from "./pages.ts";

/** A valid link. */
export interface LinkOnPage {
  /** The token in the link. */
  readonly token: string;
  /** The address of its account, for password managers. */
  readonly email: string;
}

export function resetPage(context: PageContext, { token, email }: LinkOnPage, typed?: SubmittedForm): SafeHtml {
  const lead = "This signs you out everywhere and deletes your API keys.";
  const fields = [{ ...NEW_PASSWORD, label: "New password" }];
  const title = "Choose a new password";
  const hidden = { token };
  return formPage(context, { title, button: "Change password", lead, fields, hidden, username: email }, typed);
}

/**
 * Shows a form, because mail programs may open the link themselves and would consume the token.
 *
 * @param needsPassword True unless the visitor is signed in to the account of the link.
 */
export function verifyPage(
  context: PageContext,
  { token, email }: LinkOnPage,
  needsPassword: boolean,
  typed?: SubmittedForm,
): SafeHtml {
  const lead = needsPassword
    ? "Enter your password to confirm that this account is yours."
    : "Confirm that this address belongs to your account.";
  const takeOver = html`<p class="aside">Didn’t create this account? <a href="/forgot-password">Take it over with a new password</a></p>`;
  const form = {
    title: "Confirm your e-mail address",
    button: "Confirm",
    lead,
    fields: needsPassword ? [PASSWORD] : [],
    hidden: { token },
    username: needsPassword ? email : undefined,
    ...(context.isMailOn && { after: takeOver }),
  };
  return formPage(context, form, typed);
}

const MAIL_OFF = "Mail is not configured, so no new link can be sent.";

/** The page of a password reset link that is unknown, used or expired. */
export function resetEndedPage(context: PageContext): SafeHtml {
  const { user, isMailOn, app } = context;
  const again = { path: "/forgot-password", label: "Ask for a new link" };
  const back = user ? { path: app.homePath, label: "Cancel" } : { path: "/login", label: "Sign in" };
  return endedPage(
    context,
    `A password reset link works once, within one hour. ${isMailOn ? "Ask for a new one." : MAIL_OFF}`,
    isMailOn ? [again, back] : [back],
  );
}

/**
 * The page of a confirmation link that is unknown, used or expired.
 *
 * @param isConfirmed Whether the visitor is signed in and has confirmed the address.
 */
export function verifyEndedPage(context: PageContext, isConfirmed: boolean): SafeHtml {
  const { user, isMailOn, app } = context;
  const { account = app.startPath } = app.paths;
  const lead = "A confirmation link works once, within 24 hours.";
  if (isConfirmed) {
    const onward = { path: app.startPath, label: "Continue" };
    return endedPage(context, `${lead} Your address is already confirmed.`, [onward]);
  }
  const advice = isMailOn ? "You can send a new one from your account page." : MAIL_OFF;
  const signIn = { path: `/login?${new URLSearchParams({ next: account })}`, label: "Sign in" };
  return endedPage(context, `${lead} ${advice}`, [user ? { path: account, label: "Go to your account" } : signIn]);
}

function endedPage(
  context: PageContext,
  lead: string,
  links: readonly { readonly path: string; readonly label: string }[],
): SafeHtml {
  const title = "This link does not work";
  const buttons = links.map(
    ({ path, label }, index) =>
      html`<a class="${index === 0 ? "button primary" : "button"}" href="${path}">${label}</a> `,
  );
  const content = html`<div class="narrow">
<h1>${title}</h1>
<p class="lead">${lead}</p>
<div class="actions">${buttons}</div>
</div>`;
  return layout(title, content, context);
}
