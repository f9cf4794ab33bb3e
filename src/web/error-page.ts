/** The page that tells of an error. */
import { html } from "@remix-run/html-template";
import { htmlResponse } from "./html.ts";
import { layout } from "./layout.ts";

/** @param debug What a developer wants to see; never given in production. */
export function errorPage(status: number, title: string, detail: string, debug?: string): Response {
  const content = html`<h2>${title}</h2>
<p>${detail}</p>
${debug === undefined ? "" : html`<pre>${debug}</pre>`}
<p><a href="/">Back to the start</a></p>`;
  return htmlResponse(layout(title, content), status);
}
