/** Links between views of one page. */
import { html, type SafeHtml } from "@remix-run/html-template";

export interface Tab {
  readonly label: string;
  readonly path: string;
  readonly isCurrent: boolean;
}

/** Tabs are links, so they work without scripts and have addresses. @param label For screen readers. */
export function tabs(label: string, items: readonly Tab[]): SafeHtml {
  return html`<nav class="tabs" aria-label="${label}">${items.map(
    (tab) => html`<a href="${tab.path}"${tab.isCurrent ? html` aria-current="page"` : ""}>${tab.label}</a> `,
  )}</nav>`;
}
