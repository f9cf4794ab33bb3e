/** The accounts that the local set-up makes, as pages of development show them. */
import { html, type SafeHtml } from "@remix-run/html-template";

export function demoAccounts(): SafeHtml {
  return html`<aside class="card demo" aria-labelledby="demo-title">
<h2 id="demo-title">To try it</h2>
<dl>
<dt>Administrator</dt><dd><code>ada@example.com</code></dd>
<dt>User</dt><dd><code>grace@example.com</code></dd>
<dt>Password</dt><dd><code>correct-horse-battery-staple</code></dd>
</dl>
<p class="meta">Only the local set-up makes these, and only development shows them. Mail stays in the <a href="/outbox">outbox</a>.</p>
</aside>`;
}
