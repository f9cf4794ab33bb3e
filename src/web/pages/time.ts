/** Times on pages. */
import { html, type SafeHtml } from "@remix-run/html-template";

/** In UTC, since the server does not know the user's time zone. @param iso ISO 8601, UTC. */
export function timeOf(iso: string): SafeHtml {
  return html`<time datetime="${iso}">${iso.slice(0, 10)} <span>${iso.slice(11, 16)} UTC</span></time>`;
}
