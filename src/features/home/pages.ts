/** The front page: the template's claim, and the evidence for it. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { APP_NAME } from "../../web/app/app-name.ts";
import { demoAccounts } from "../../web/pages/demo-accounts.ts";
import { layout, type PageContext } from "../../web/pages/layout.ts";
import { buttonLink } from "../../web/pages/ui/button.ts";
import { COMPILE_ERROR, NODE_VERSION, PINNED_CHANGE, POLICY_CHANGE, ROUTE, START } from "./examples.ts";
import { CHANGES, CODE, COMPILER, DIFF, highlight, SHELL } from "./highlight.ts";
import { artefact, featureList, output, routeTable, type ShownRoute } from "./partials.ts";

/** The data of the page. */
export interface FrontPageView {
  /** Some routes of the app. */
  readonly examples: readonly ShownRoute[];
  /** The number of its routes. */
  readonly total: number;
}

export function frontPage(context: PageContext, { examples, total }: FrontPageView): SafeHtml {
  const { app, isDevelopment } = context;
  return layout(
    "The route table is the policy",
    html`<div class="front">
<header class="hero">
<h1>The route table is the policy.</h1>
<p>${APP_NAME} is an application template for Cloudflare Workers, in TypeScript. One table defines which requests the app allows: you can read it, the compiler checks it, a command prints it, and a test pins it.</p>
<p class="actions">${buttonLink("#start", { label: "Start in a minute", kind: "primary" })}${demoLink(context)}</p>
</header>
${artefact("npm run routes", routeTable(examples), linkToAll(context, total))}
<section>
<div><h2>A guard out of order doesn’t compile</h2>
<p><code>requireRole</code> reads the user that <code>requireAuth</code> supplies, so <code>requireAuth</code> must come first.</p></div>
${artefact("npx tsc", [output(highlight(ROUTE, CODE)), output(highlight(COMPILE_ERROR, COMPILER))])}
</section>
<section>
<div><h2>A removed guard shows up in the diff</h2>
<p>A test pins the printed table, so every change of the policy appears in its pull request. A comment says in words which access the change widens.</p></div>
<div>${artefact("git diff test/routes.snap.txt", output(highlight(PINNED_CHANGE, DIFF)))}
${artefact("npm run routes -- --diff main", output(highlight(POLICY_CHANGE, CHANGES)))}</div>
</section>
<section>
<div><h2>Delete what you don’t need</h2>
<p>A feature is one folder and one line in <code>app.ts</code>. One command removes both, and also the feature’s tests, tables, bindings and rows of the policy.</p></div>
${artefact("npm run remove -- <feature>", featureList(app.features))}
</section>
<section id="start">
<div><h2>Start in a minute</h2>
<p>You need Node ${NODE_VERSION} or newer, but no account, and no network after the install: the database, file storage and Durable Objects run locally.</p></div>
<div>${artefact("In a clone of the repository", output(highlight(START, SHELL)))}
${isDevelopment ? demoAccounts(app.paths.outbox) : ""}</div>
</section>
</div>`,
    context,
    ["home/home.css"],
  );
}

/** Visitors to a deployed app do not have an account yet, so the link leads to registration. */
function demoLink({ app: { paths, startPath }, user, path, isDevelopment }: PageContext): SafeHtml | "" {
  const demo = isDevelopment ? paths.signIn : (paths.register ?? paths.signIn);
  const target = user ? startPath : demo;
  if (target === undefined || target === path) return "";
  return buttonLink(target, { label: user ? "Open the app" : "Try the demo app" });
}

/** A link to the policy if the visitor may see it, or else to the API reference if the app has one. */
function linkToAll({ app: { paths }, policyPath }: PageContext, total: number): SafeHtml | "" {
  if (policyPath !== undefined && paths.policy !== undefined)
    return html`<a href="${paths.policy}">All ${total} routes</a>`;
  return paths.docs === undefined ? "" : html`<a href="${paths.docs}">API reference</a>`;
}
