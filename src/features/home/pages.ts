/** The front page. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { layout, type Visitor } from "../../web/layout.ts";

export function frontPage(visitor: Visitor): SafeHtml {
  return layout(
    "Welcome",
    html`<h2>A notebook of one's own</h2>
<p>This is Candor as it comes: accounts, and notes that belong to them. What it does stands in its route table.</p>
<p><a href="/login">Sign in</a> or <a href="/register">make an account</a>.</p>`,
    visitor,
  );
}
