/** The error page. */
import { html } from "@remix-run/html-template";
import type { AppFacts } from "../../env.ts";
import { htmlResponse } from "../pages/html.ts";
import { layout } from "../pages/layout.ts";

export interface ErrorPage {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  /** Absent if the request failed before the app's locals were supplied. */
  readonly app?: Pick<AppFacts, "homePath"> | undefined;
  /** Details for developers; undefined in production. */
  readonly debug?: string | undefined;
}

export function errorPage({ status, title, detail, app, debug }: ErrorPage): Response {
  const homePath = app?.homePath ?? "/";
  const content = html`<div class="${debug === undefined ? "narrow error-page" : "error-page"}">
<p class="status">${status}</p>
<h1>${title}</h1>
<p>${detail}</p>
<p><a class="button" href="${homePath}">Back to the home page</a></p>
${debug === undefined ? "" : html`<pre tabindex="0" aria-label="Details for developers">${debug}</pre>`}
</div>`;
  return htmlResponse(layout(title, content, undefined, [], homePath), status);
}
