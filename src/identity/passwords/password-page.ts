/** The page that asks for the password again and then continues with the submitted form. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { csrfField } from "../../web/pages/csrf-field.ts";
import { errorSummary, textField } from "../../web/pages/form-fields.ts";
import { layout, type PageContext } from "../../web/pages/layout.ts";
import { button, buttonLink } from "../../web/pages/ui/button.ts";
import type { FormFields } from "../../web/request/form.ts";

/** Fields of this page; all others belong to the original form and are submitted again. */
const OWN_FIELDS = ["csrf", "currentPassword", "continue"];

/**
 * @param original The submitted form.
 * @param error A message for the password field.
 */
export function passwordPage(
  context: PageContext,
  original: { readonly path: string; readonly fields: FormFields },
  error?: string,
): SafeHtml {
  const state = { id: "confirm", errors: error === undefined ? {} : { currentPassword: error } };
  const fields = Object.entries(original.fields).filter(([name]) => !OWN_FIELDS.includes(name));
  return layout(
    "Confirm your password",
    html`<div class="narrow">
<h1>Confirm your password</h1>
<p class="lead">Enter your password to continue with this change.</p>
<form method="post" action="${context.app.paths.confirmPassword}">
${errorSummary(state)}
${csrfField(context.csrf)}
<input type="hidden" name="continue" value="${original.path}">
<input type="email" value="${context.user?.email ?? ""}" autocomplete="username" aria-label="E-mail" readonly hidden>
${fields.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value ?? ""}">`)}
${textField(state, { name: "currentPassword", label: "Password", type: "password", autocomplete: "current-password", isFirst: true })}
<div class="actions">${button({ label: "Continue", kind: "primary" })}${buttonLink(context.homePath, { label: "Cancel", attributes: html` data-cancel` })}</div>
</form>
</div>`,
    context,
  );
}
