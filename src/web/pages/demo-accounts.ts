/** The demonstration accounts, as pages show them in development. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { DEMO_ACCOUNTS, DEMO_PASSWORD } from "./demo-data.ts";

const ROLES = { admin: "Administrator", user: "User" } as const;

/** @param outbox The path of the outbox, if the app has one. */
export function demoAccounts(outbox: string | undefined): SafeHtml {
  const mail = html` Mail stays in the <a href="${outbox}">outbox</a>.`;
  return html`<aside class="panel demo" aria-labelledby="demo-title">
<h2 id="demo-title">Try it</h2>
<dl>
${DEMO_ACCOUNTS.map(({ role, email }) => html`<dt>${ROLES[role]}</dt><dd><code>${email}</code></dd>`)}
<dt>Password</dt><dd><code>${DEMO_PASSWORD}</code></dd>
</dl>
<p class="meta">The local set-up creates these accounts. They are shown only in development.${outbox === undefined ? "" : mail}</p>
</aside>`;
}
