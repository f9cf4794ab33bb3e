/** Forms that ask before they do something: with scripts by a dialog (`public/confirm.js`), without by a page. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { FormFields } from "../request/form.ts";
import { csrfField } from "./csrf-field.ts";
import { layout, type PageContext } from "./layout.ts";

/** Something to be asked about. */
export interface ConfirmableAction {
  readonly question: string;
  /** What the button says. */
  readonly button: string;
  /** What it is done to: the button's name, where there are several. */
  readonly to: string;
  /** Where the form posts to. */
  readonly path: string;
  /** What it says besides. */
  readonly fields?: Readonly<Record<string, string>>;
}

/** Whether the question was answered; else `confirmationPage` is to put it. */
export function isConfirmed(form: FormFields): boolean {
  return form.confirmed === "yes";
}

/** @param csrf Of the session. */
export function confirmForm(action: ConfirmableAction, csrf: string): SafeHtml {
  const { path, question, button, to } = action;
  return html`<form method="post" action="${path}" data-confirm="${question}">
${hiddenFields(action, csrf, "")}
<button class="quiet" aria-label="${button}: ${to}">${button}</button>
</form>`;
}

/** @param back Where nothing is done: a path of ours. */
export function confirmationPage(context: PageContext, action: ConfirmableAction, back: string): SafeHtml {
  const { path, question, button } = action;
  return layout(
    "Please confirm",
    html`<div class="narrow">
<h1>Please confirm</h1>
<form class="card" method="post" action="${path}">
${hiddenFields(action, context.csrf, "yes")}
<p>${question}</p>
<div class="actions"><button class="danger">${button}</button><a class="button quiet" href="${back}">Cancel</a></div>
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
