/** Menus that open without a script, by the Popover API. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { type Button, button } from "./button.ts";

/**
 * A button that opens a menu of links and forms. Browsers without popovers show the content in place. The button has an id,
 * so that it keeps the focus when HTMX replaces it.
 *
 * @param id Unique on the page.
 * @param items Links, buttons and forms with one button each; `html`<hr>`` separates groups.
 *
 * @example menu("note-7-menu", { label: "Actions", to: title, icon: "more", kind: "plain", isIconOnly: true }, items)
 */
export function menu(id: string, opener: Button, items: SafeHtml | SafeHtml[]): SafeHtml {
  const attributes = html` id="${id}-button" type="button" popovertarget="${id}"${opener.attributes ?? ""}`;
  return html`${button({ ...opener, attributes })}<div class="menu" id="${id}" popover>${items}</div>`;
}

/** The menu of a row's actions. @param to The object of the actions, for screen readers. */
export function rowMenu(id: string, to: string, items: SafeHtml | SafeHtml[]): SafeHtml {
  return menu(id, { label: "Actions", to, icon: "more", kind: "plain", isIconOnly: true }, items);
}
