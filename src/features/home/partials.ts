/** The parts of the front page: the routes of the app, the output of a command, the list of features. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { FeatureFacts } from "../../env.ts";
import { fullName, type PolicyGuard } from "../../web/app/policy.ts";

/** A route as `npm run routes` prints it. */
export interface ShownRoute {
  readonly methods: readonly string[];
  readonly path: string;
  readonly guards: readonly Pick<PolicyGuard, "name" | "detail" | "phase" | "credentials">[];
}

/** A figure with the output of a command, titled with the command. @param link A link to more of the output. */
export function artefact(command: string, content: SafeHtml | SafeHtml[], link: SafeHtml | "" = ""): SafeHtml {
  return html`<figure class="artefact"><figcaption><code>${command}</code> ${link}</figcaption>
${content}</figure>`;
}

/** The output of a tool. */
export function output(text: SafeHtml | (SafeHtml | string)[]): SafeHtml {
  return html`<pre><code>${text}</code></pre>`;
}

export function routeTable(routes: readonly ShownRoute[]): SafeHtml {
  return html`<div class="table routes"><table>
<thead><tr><th scope="col">Methods</th><th scope="col">Path</th><th scope="col">Guards (* after the body has been read)</th></tr></thead>
<tbody>${routes.map(routeRow)}</tbody>
</table></div>`;
}

function routeRow({ methods, path, guards }: ShownRoute): SafeHtml {
  return html`<tr><td class="methods">${methods.join(", ")}</td><th scope="row"><code>${path}</code></th>
<td>${guards.length === 0 ? html`<span class="quiet">none</span>` : html`<ol class="guards">${guards.map(guardItem)}</ol>`}</td></tr>`;
}

/** Highlights guards that check credentials. */
function guardItem(guard: ShownRoute["guards"][number]): SafeHtml {
  const mark = guard.phase === "input" ? "*" : "";
  return html`<li${guard.credentials ? html` class="good"` : ""}>${fullName(guard)}${mark}</li> `;
}

export function featureList(features: readonly FeatureFacts[]): SafeHtml {
  return html`<ul class="features">${features.map(
    ({ name, routes }) =>
      html`<li><code>${name}</code> <span class="quiet">${routes} ${routes === 1 ? "route" : "routes"}</span></li>`,
  )}</ul>`;
}
