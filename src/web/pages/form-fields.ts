/** Form fields with their errors, and the summary of all errors. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type * as z from "zod";

/** Error messages by field name; `form` for errors of the whole form. */
export type FormErrors = Readonly<Record<string, string>>;

/** The form that a field belongs to. */
export interface FormState {
  /** The prefix of the ids of its fields, since a page can have several forms. */
  readonly id: string;
  readonly errors: FormErrors;
  /** Whether the first invalid field has the focus when the page opens. Default: true. */
  readonly takesFocus?: boolean;
}

export interface Field {
  readonly name: string;
  readonly label: string;
  readonly value?: string | undefined;
  readonly type?: "text" | "email" | "password";
  /** For browsers and password managers (HTML §4.10.18.7). */
  readonly autocomplete?: string;
  readonly hint?: string;
  readonly placeholder?: string;
  readonly maxlength?: number;
  readonly minlength?: number;
  readonly isOptional?: boolean;
  /** Whether the field has the focus when the page opens. If the form has errors, the first invalid field has it. */
  readonly isFirst?: boolean;
}

/** Hidden fields. An error in one belongs to the whole form, since it cannot take the focus. */
const HIDDEN_FIELDS = ["submission", "version", "sent"];

/** The first message for each field. */
export function errorsOf({ issues }: z.ZodError): FormErrors {
  const byField = Map.groupBy(issues, ({ path: [field = "form"] }) =>
    HIDDEN_FIELDS.includes(String(field)) ? "form" : String(field),
  );
  return Object.fromEntries([...byField].map(([field, [first]]) => [field, first?.message ?? ""]));
}

/** A single-line field. A password is never sent back. */
export function textField(form: FormState, field: Field): SafeHtml {
  const { type = "text", value = "" } = field;
  return labelled(
    form,
    field,
    html`<input id="${idOf(form, field)}" name="${field.name}" type="${type}" value="${type === "password" ? "" : value}"${type === "text" ? html` dir="auto"` : ""}${attributes(form, field)}>`,
  );
}

/** A multi-line field. */
export function textArea(form: FormState, field: Field & { readonly rows: number }): SafeHtml {
  return labelled(
    form,
    field,
    // The parser drops a line break after the tag (HTML §13.1.2.5), which keeps one at the start of the text.
    html`<textarea id="${idOf(form, field)}" name="${field.name}" rows="${field.rows}" dir="auto"${attributes(form, field)}>
${field.value ?? ""}</textarea>`,
  );
}

/** The errors of a form, with links to its fields; empty without errors. */
export function errorSummary(form: FormState): SafeHtml | "" {
  const { id, errors } = form;
  const entries = Object.entries(errors);
  if (entries.length === 0) return "";
  const isFocused = hasFocus(form, "form");
  const items = entries.map(([name, message]) =>
    name === "form" ? html`<li>${message}</li>` : html`<li><a href="#${id}-${name}">${message}</a></li>`,
  );
  return html`<div class="message failed"${isFocused ? html` tabindex="-1" autofocus` : ""} role="alert"><ul>${items}</ul></div>`;
}

/**
 * Whether a field has the focus when its form is shown: the first invalid one.
 *
 * @param isFirst Whether the field has the focus if all fields are valid.
 */
export function hasFocus({ errors, takesFocus = true }: FormState, name: string, isFirst = false): boolean {
  const [wrong] = Object.keys(errors);
  return wrong === undefined ? isFirst : takesFocus && wrong === name;
}

function labelled(form: FormState, field: Field, control: SafeHtml): SafeHtml {
  const [id, error] = [idOf(form, field), form.errors[field.name]];
  return html`<div class="field"><label for="${id}">${field.label}</label>
${control}
${field.hint ? html`<small id="${id}-hint">${field.hint}</small>` : ""}${error ? html`<small id="${id}-error" class="error">${error}</small>` : ""}</div>`;
}

function attributes(form: FormState, field: Field): SafeHtml[] {
  const [id, isWrong] = [idOf(form, field), field.name in form.errors];
  const described = [...(field.hint ? [`${id}-hint`] : []), ...(isWrong ? [`${id}-error`] : [])].join(" ");
  const { placeholder, maxlength, minlength, autocomplete, isOptional, isFirst } = field;
  const given = { placeholder, maxlength, minlength, autocomplete, "aria-describedby": described || undefined };
  return [
    ...Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [html` ${name}="${value}"`])),
    ...(isWrong ? [html` aria-invalid="true"`] : []),
    ...(isOptional ? [] : [html` required`]),
    ...(hasFocus(form, field.name, isFirst) ? [html` autofocus`] : []),
  ];
}

function idOf({ id }: FormState, { name }: Field): string {
  return `${id}-${name}`;
}
