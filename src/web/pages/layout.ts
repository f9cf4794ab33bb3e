/** The frame of every page. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { AppFacts, NavigationEntry } from "../../env.ts";
import { APP_NAME } from "../app/app-name.ts";
import { csrfField } from "./csrf-field.ts";
import { type Message, messageBox } from "./message.ts";
import { pagesFor } from "./navigation.ts";

/** What a page knows of whoever looks at it. */
export interface PageContext {
  /** Undefined for who has not signed in. */
  readonly user: { readonly name: string; readonly email: string; readonly role: "user" | "admin" } | undefined;
  /** What the app offers: the pages of the navigation, and where to sign in and out. */
  readonly app: AppFacts;
  /** The path of the page. */
  readonly path: string;
  /** For the hidden field of forms. */
  readonly csrf: string;
  /** Messages that an earlier request left for this page. */
  readonly flashes: readonly Message[];
  /** The address of a file of `public`. */
  assetUrl(path: string): string;
}

/**
 * Of HTMX: it runs nothing that stands in attributes, keeps no pages, and swaps refused forms in as well. Of what else
 * is refused `public/messages.js` tells.
 */
const HTMX_CONFIG = JSON.stringify({
  allowEval: false,
  allowScriptTags: false,
  includeIndicatorStyles: false,
  // What is swapped in has its focus at once.
  defaultSettleDelay: 0,
  historyCacheSize: 0,
  refreshOnHistoryMiss: true,
  historyRestoreAsHxRequest: false,
  reportValidityOfForms: true,
  responseHandling: [
    { code: "204", swap: false },
    { code: "[23]..", swap: true },
    { code: "400|409|412|422", swap: true },
    { code: "...", swap: false },
  ],
});

/**
 * @param title The page's own title.
 * @param context Absent on error pages, which look up neither the session nor the user.
 * @param files Of `public`: stylesheets and modules that this page needs beside those of every page.
 */
export function layout(
  title: string,
  content: SafeHtml,
  context?: PageContext,
  files: readonly string[] = [],
  homePath: string = context?.app.homePath ?? "/",
): SafeHtml {
  const assetUrl = context?.assetUrl ?? ((path: string) => `/static/${path}`);
  return html`<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="htmx-config" content="${HTMX_CONFIG}">
<title>${title} · ${APP_NAME}</title>
<link rel="stylesheet" href="${assetUrl("vendor/pico.css")}">
${["style.css", ...files.filter(isStyle)].map((path) => html`<link rel="stylesheet" href="${assetUrl(path)}">`)}
<link rel="icon" href="${assetUrl("icon.svg")}" type="image/svg+xml">
<script src="${assetUrl("vendor/htmx.js")}" defer></script>
${["messages.js", "confirm.js", ...files.filter((path) => !isStyle(path))].map((path) => html`<script type="module" src="${assetUrl(path)}"></script>`)}
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header class="top">
<a class="brand" href="${homePath}"><img src="${assetUrl("icon.svg")}" alt="" width="28" height="28">${APP_NAME}</a>
${context ? navigation(context) : ""}
</header>
<main id="main" tabindex="-1">
<div id="messages" aria-live="polite">${context?.flashes.map((message) => messageBox(message, context.csrf)) ?? ""}</div>
${content}
</main>
</body>
</html>`;
}

const isStyle = (path: string) => path.endsWith(".css");

function navigation({ app, user, path, csrf }: PageContext): SafeHtml {
  const pages = pagesFor(app, user?.role);
  const { signIn, register } = app.paths;
  const offers = [
    ...(signIn === undefined ? [] : [{ label: "Sign in", path: signIn }]),
    ...(register === undefined ? [] : [{ label: "Register", path: register }]),
  ];
  return html`${pages.length > 0 ? html`<nav class="pages" aria-label="Pages">${pages.map((page) => linkTo(page, path))}</nav>` : ""}
<nav class="account" aria-label="Account">${user ? accountLinks(app, user.name, path, csrf) : offers.map((page) => linkTo(page, path))}</nav>`;
}

/** The link to the page that is shown, or to the one that it belongs to, says so. */
function linkTo({ label, path }: Pick<NavigationEntry, "label" | "path">, shown: string): SafeHtml {
  const current = shown === path ? "page" : shown.startsWith(`${path}/`) ? "true" : "";
  return html`<a href="${path}"${current && html` aria-current="${current}"`}>${label}</a>`;
}

function accountLinks({ paths: { account, signOut } }: AppFacts, name: string, path: string, csrf: string): SafeHtml {
  const user = account === undefined ? html`<span>${name}</span>` : linkTo({ label: name, path: account }, path);
  const end = html`<form method="post" action="${signOut}">${csrfField(csrf)}<button class="link">Sign out</button></form>`;
  return html`${user}${signOut === undefined ? "" : end}`;
}
