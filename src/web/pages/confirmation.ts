/** Forms that ask for confirmation: in a dialog (`public/page/confirm.js`), or without JavaScript on a page. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { FormFields } from "../request/form.ts";
import { csrfField } from "./csrf-field.ts";
import { layout, type PageContext } from "./layout.ts";
import { button, buttonLink } from "./ui/button.ts";
import type { IconName } from "./ui/icon.ts";

/** An action that the user must confirm. */
export interface ConfirmableAction {
  readonly question: string;
  /** The text of the button. */
  readonly button: string;
  /** The object of the action, which distinguishes its button from others for screen readers. */
  readonly to: string;
  /** The path that the form posts to. */
  readonly path: string;
  /** Hidden fields. */
  readonly fields?: Readonly<Record<string, string>>;
  readonly icon?: IconName;
  /** The kind of the button that confirms. Default: `danger`. */
  readonly kind?: "danger" | "primary";
  /** Further attributes of the form, such as `hx-post`. */
  readonly attributes?: SafeHtml;
}

/** Whether the user has confirmed. If not, respond with `confirmationPage`. */
export function isConfirmed(form: FormFields): boolean {
  return form.confirmed === "yes";
}

/** May be in a menu: after the dialog, the button of the menu has the focus. @param csrf The token of the session. */
export function confirmForm(action: ConfirmableAction, csrf: string): SafeHtml {
  const { path, question, button: label, to, icon, kind = "danger", attributes = "" } = action;
  const look = { ...(icon && { icon }), ...(kind === "danger" && { kind }) };
  return html`<form method="post" action="${path}" data-confirm="${question}"${kind === "danger" ? "" : html` data-confirm-kind="${kind}"`}${attributes}>
${hiddenFields(action, csrf, "")}
${button({ label, to, ...look })}
</form>`;
}

/** @param back The path that Cancel leads to. */
export function confirmationPage(context: PageContext, action: ConfirmableAction, back: string): SafeHtml {
  const { path, question, button: label, kind = "danger" } = action;
  return layout(
    "Please confirm",
    html`<div class="narrow">
<h1>Please confirm</h1>
<form method="post" action="${path}">
${hiddenFields(action, context.csrf, "yes")}
<p>${question}</p>
<div class="actions">${button({ label, kind })}${buttonLink(back, { label: "Cancel", attributes: html` data-cancel` })}</div>
</form>
</div>`,
    context,
  );
}

function hiddenFields({ fields = {} }: ConfirmableAction, csrf: string, confirmed: "yes" | ""): SafeHtml {
  return html`${csrfField(csrf)}${Object.entries({ ...fields, confirmed }).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )}`;
}
