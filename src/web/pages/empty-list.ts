/** The sentence in place of an empty list. */
import { html, type SafeHtml } from "@remix-run/html-template";

interface EmptyListText {
  /** For the tag of the list. With it, the stylesheet shows the sentence if a script or HTMX empties the list. */
  readonly attribute: SafeHtml | "";
  /** Directly after the list. The stylesheet hides it if a script or HTMX adds an item. */
  readonly sentence: SafeHtml | "";
}

/**
 * The sentence in place of an empty list of the class `list`. Text browsers ignore stylesheets, so the page of a list with
 * items does not contain the sentence as text.
 *
 * @example
 * const { attribute, sentence } = emptyListText(items, "No invoices yet.");
 * return html`<ul class="list"${attribute}>${items.map(invoiceItem)}</ul>${sentence}`;
 */
export function emptyListText(items: readonly unknown[], text: string): EmptyListText {
  return items.length === 0
    ? { attribute: "", sentence: html`<p class="empty">${text}</p>` }
    : { attribute: html` data-empty="${text}"`, sentence: "" };
}
