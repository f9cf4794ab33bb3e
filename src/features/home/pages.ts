/** The front page. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { APP_NAME } from "../../web/app/app-name.ts";
import { fullName } from "../../web/app/policy.ts";
import { demoAccounts } from "../../web/pages/demo-accounts.ts";
import { layout, type PageContext } from "../../web/pages/layout.ts";

/** A route as `npm run routes` prints it. */
export interface ShownRoute {
  readonly methods: readonly string[];
  readonly path: string;
  readonly guards: readonly { readonly name: string; readonly detail?: string }[];
}

const PROMISES = [
  {
    title: "Read it",
    text: "Every route is in one table, with every condition that must hold before its handler runs. Nothing is decided elsewhere.",
  },
  {
    title: "Compile it",
    text: "A handler that reads a value no guard supplies does not compile. Neither does a guard placed before one that it needs.",
  },
  {
    title: "Print it, pin it",
    text: "A command prints the table, and a test pins it: a change of policy is a line in the diff.",
  },
  {
    title: "Delete it",
    text: "A feature is one folder and one line in app.ts. Remove the ones you don’t need, and build your product on the rest.",
  },
];

/**
 * @param examples Routes of the app.
 * @param isDevelopment Whether to show the demonstration accounts.
 */
export function frontPage(context: PageContext, examples: readonly ShownRoute[], isDevelopment: boolean): SafeHtml {
  return layout(
    "Welcome",
    html`<section class="hero">
<div>
<h1>The route table is the policy.</h1>
<p class="lead">${APP_NAME} is an application template in TypeScript for Cloudflare Workers: accounts, notes, files, and the foundations beneath them. Fork it, run it in a minute, and read what it allows.</p>
${signInLinks(context)}
</div>
<figure class="routes">
<figcaption>npm run routes</figcaption>
<ul>${examples.map(shownRoute)}</ul>
</figure>
</section>
<section class="promises" aria-label="What this means">${PROMISES.map(
      ({ title, text }) => html`<div><h2>${title}</h2><p>${text}</p></div>`,
    )}</section>
${isDevelopment ? demoAccounts(context.app.paths.outbox) : ""}`,
    context,
  );
}

function signInLinks({ app: { paths } }: PageContext): SafeHtml | "" {
  if (paths.signIn === undefined) return "";
  const register = html`<a class="button" href="${paths.register}">Register</a>`;
  return html`<p class="actions">${paths.register === undefined ? "" : register}<a class="button quiet" href="${paths.signIn}">Sign in</a></p>`;
}

function shownRoute({ methods, path, guards }: ShownRoute): SafeHtml {
  const names = guards.length === 0 ? ["anyone"] : guards.map(fullName);
  return html`<li><code><b>${methods.join(", ")}</b> ${path}</code>
<span class="guards">${names.map((name) => html`<i>${name}</i> `)}</span></li>`;
}
