/** The partials of sample items: the form for a new one, and a list item. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { type ConfirmableAction, confirmForm } from "../../web/pages/confirmation.ts";
import { csrfField } from "../../web/pages/csrf-field.ts";
import { errorSummary, type FormErrors, textField } from "../../web/pages/form-fields.ts";
import { submissionField } from "../../web/pages/submission-field.ts";
import { timeOf } from "../../web/pages/time.ts";
import { button } from "../../web/pages/ui/button.ts";
import { rowMenu } from "../../web/pages/ui/menu.ts";
import type { SampleItem } from "./schema.ts";

/** The state of the form for a new sample item. */
export interface SampleItemFormState {
  readonly title: string | undefined;
  readonly errors: FormErrors;
  /** The id of the submission; a new one by default. */
  readonly submission?: string | undefined;
}

export function addForm(
  csrf: string,
  { title, errors, submission }: SampleItemFormState = { title: "", errors: {} },
): SafeHtml {
  const form = { id: "add", errors };
  return html`<form method="post" action="/sample-items" data-draft="sample-items/new" aria-label="New sample item">
${errorSummary(form)}
${csrfField(csrf)}${submissionField(submission)}
${textField(form, { name: "title", label: "Title", value: title, maxlength: 200, autocomplete: "off" })}
${button({ label: "Add sample item", kind: "primary" })}
</form>`;
}

export function sampleItemItem(item: SampleItem, csrf: string): SafeHtml {
  return html`<li class="row"><div><h3 dir="auto">${item.title}</h3>
<p class="meta">${timeOf(item.createdAt)}</p></div>
${rowMenu(`sample-item-${item.id}`, item.title, confirmForm(deletionOf(item), csrf))}</li>`;
}

export function deletionOf({ id, title }: SampleItem): ConfirmableAction {
  return { question: `Delete “${title}”?`, button: "Delete", to: title, path: `/sample-items/${id}/delete` };
}
