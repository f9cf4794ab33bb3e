/** Times as pages show them. */
import { html, type SafeHtml } from "@remix-run/html-template";

/** To the minute, in UTC: the server does not know where its readers are. @param iso ISO 8601, UTC. */
export function timeOf(iso: string): SafeHtml {
  return html`<time datetime="${iso}">${iso.slice(0, 10)} <span>${iso.slice(11, 16)} UTC</span></time>`;
}
