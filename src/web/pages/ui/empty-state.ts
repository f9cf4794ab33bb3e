/** The sentence in place of an empty list, with the action that fills it. */
import { html, type SafeHtml } from "@remix-run/html-template";

/** @example emptyState("No invoices yet.", buttonLink("/invoices/new", { label: "New invoice" })) */
export function emptyState(text: string, action: SafeHtml | "" = ""): SafeHtml {
  return html`<div class="empty"><p>${text}</p>${action}</div>`;
}

interface EmptyListText {
  /** An attribute of the list. With it, the stylesheet shows the sentence if a script or HTMX empties the list. */
  readonly attribute: SafeHtml | "";
  /** Directly after the list. The stylesheet hides it if a script or HTMX adds an item. */
  readonly sentence: SafeHtml | "";
}

/**
 * The sentence in place of an empty list of the class `list` that scripts or HTMX may fill or empty. Text browsers ignore
 * stylesheets, so the page of a list with items does not contain the sentence as text.
 *
 * @example
 * const { attribute, sentence } = emptyListText(items, "No invoices yet.");
 * return html`<ul class="list rows"${attribute}>${items.map(invoiceItem)}</ul>${sentence}`;
 */
export function emptyListText(items: readonly unknown[], text: string, action: SafeHtml | "" = ""): EmptyListText {
  return items.length === 0
    ? { attribute: "", sentence: emptyState(text, action) }
    : { attribute: html` data-empty="${text}"`, sentence: "" };
}
