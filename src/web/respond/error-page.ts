/** The page that tells of an error. */
import { html } from "@remix-run/html-template";
import { htmlResponse } from "../pages/html.ts";
import { layout } from "../pages/layout.ts";

/** @param debug What a developer wants to see; never given in production. */
export function errorPage(status: number, title: string, detail: string, debug?: string): Response {
  const content = html`<div class="${debug === undefined ? "narrow error-page" : "error-page"}">
<p class="status">${status}</p>
<h1>${title}</h1>
<p>${detail}</p>
<p><a class="button" href="/">Back to the start</a></p>
${debug === undefined ? "" : html`<pre tabindex="0" aria-label="For developers">${debug}</pre>`}
</div>`;
  return htmlResponse(layout(title, content), status);
}
