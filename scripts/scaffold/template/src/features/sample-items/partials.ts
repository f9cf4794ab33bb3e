/** The partials of sample items: the form for a new one, and a list item. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { type ConfirmableAction, confirmForm } from "../../web/pages/confirmation.ts";
import { csrfField } from "../../web/pages/csrf-field.ts";
import { errorSummary, type FormErrors, textField } from "../../web/pages/form-fields.ts";
import { timeOf } from "../../web/pages/time.ts";
import type { SampleItem } from "./schema.ts";

/** The state of the form for a new sample item. */
export interface SampleItemFormState {
  readonly title: string | undefined;
  readonly errors: FormErrors;
}

export function addForm(csrf: string, { title, errors }: SampleItemFormState = { title: "", errors: {} }): SafeHtml {
  const form = { id: "add", errors };
  return html`<form class="card" method="post" action="/sample-items" aria-label="New sample item">
${errorSummary(form)}
${csrfField(csrf)}
${textField(form, { name: "title", label: "Title", value: title, maxlength: 200, autocomplete: "off" })}
<button>Add sample item</button>
</form>`;
}

export function sampleItemItem(item: SampleItem, csrf: string): SafeHtml {
  return html`<li class="card"><h3 dir="auto">${item.title}</h3>
<p class="meta">${timeOf(item.createdAt)}</p>
${confirmForm(deletionOf(item), csrf)}</li>`;
}

export function deletionOf({ id, title }: SampleItem): ConfirmableAction {
  return { question: `Delete “${title}”?`, button: "Delete", to: title, path: `/sample-items/${id}/delete` };
}
