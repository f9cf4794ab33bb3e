/** The parts of the page of sample items: the form that adds one, and an entry of the list. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { type ConfirmableAction, confirmForm } from "../../web/pages/confirmation.ts";
import { csrfField } from "../../web/pages/csrf-field.ts";
import { errorSummary, type FormErrors, textField } from "../../web/pages/form-fields.ts";
import { timeOf } from "../../web/pages/time.ts";
import type { SampleItem } from "./schema.ts";

/** What was typed into a form that was refused. */
export interface Typed {
  readonly title: string | undefined;
  readonly errors: FormErrors;
}

export function addForm(csrf: string, { title, errors }: Typed = { title: "", errors: {} }): SafeHtml {
  const form = { id: "add", errors };
  return html`<form class="card" method="post" action="/sample-items" aria-label="New sample item">
${errorSummary(form)}
${csrfField(csrf)}
${textField(form, { name: "title", label: "Title", value: title, maxlength: 200, autocomplete: "off" })}
<button>Add sample item</button>
</form>`;
}

export function listEntry(item: SampleItem, csrf: string): SafeHtml {
  return html`<li class="card"><h3 dir="auto">${item.title}</h3>
<p class="meta">${timeOf(item.createdAt)}</p>
${confirmForm(deletionOf(item), csrf)}</li>`;
}

export function deletionOf({ id, title }: SampleItem): ConfirmableAction {
  return { question: `Delete “${title}”?`, button: "Delete", to: title, path: `/sample-items/${id}/delete` };
}
