/** The layout of every page. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { AppFacts, NavigationEntry } from "../../env.ts";
import { APP_NAME } from "../app/app-name.ts";
import { csrfField } from "./csrf-field.ts";
import { type Message, messageBox } from "./message.ts";
import { pagesFor } from "./navigation.ts";

/** The context that the layout of a page needs. */
export interface PageContext {
  /** Undefined if the visitor is not signed in. */
  readonly user: { readonly name: string; readonly email: string; readonly role: "user" | "admin" } | undefined;
  /** The facts about the app, for the navigation and links. */
  readonly app: AppFacts;
  /** The path of the page. */
  readonly path: string;
  /** The CSRF token, for the hidden field of forms. */
  readonly csrf: string;
  /** The address of the page's row in the policy; undefined if the visitor sees no link to it. */
  readonly policyPath?: string | undefined;
  /** Whether the app can send mail. */
  readonly isMailOn: boolean;
  /** Messages from an earlier request. */
  readonly flashes: readonly Message[];
  /** Maps the path of a file in `public` to its address. */
  assetUrl(path: string): string;
  /** The addresses of all modules that a module in `public` imports. */
  moduleUrls(path: string): readonly string[];
}

/**
 * The configuration of HTMX: no code in attributes, no stored pages, and refused forms are swapped in. Other refusals are
 * shown by `public/messages.js`.
 */
const HTMX_CONFIG = JSON.stringify({
  allowEval: false,
  allowScriptTags: false,
  includeIndicatorStyles: false,
  // New content can be focused immediately.
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
 * @param title The title of the page, without the app's name.
 * @param context Absent on error pages, which do not load the session.
 * @param files Stylesheets and modules in `public` that this page needs in addition to those of every page.
 */
export function layout(
  title: string,
  content: SafeHtml,
  context?: PageContext,
  files: readonly string[] = [],
  homePath: string = context?.app.homePath ?? "/",
): SafeHtml {
  const assetUrl = context?.assetUrl ?? ((path: string) => `/static/${path}`);
  const modules = files.filter((path) => !isStyle(path));
  return html`<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="htmx-config" content="${HTMX_CONFIG}">
<title>${title} · ${APP_NAME}</title>
${["page.css", ...files.filter(isStyle)].map((path) => html`<link rel="stylesheet" href="${assetUrl(path)}">`)}
<link rel="icon" href="${assetUrl("icon.svg")}" type="image/svg+xml">
<script src="${assetUrl("page.js")}" defer></script>
${modules.map((path) => html`<script type="module" src="${assetUrl(path)}"></script>`)}
${[...new Set(modules.flatMap((path) => context?.moduleUrls(path) ?? []))].map((url) => html`<link rel="modulepreload" href="${url}">`)}
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header class="top">
<a class="brand" href="${homePath}"><img src="${assetUrl("icon.svg")}" alt="" width="28" height="28">${APP_NAME}</a>
${context ? navigation(context) : ""}
</header>
<main id="main" tabindex="-1">
<div id="messages" aria-live="polite">${context?.flashes.map((message) => messageBox(message, context.csrf)) ?? ""}</div>
${content}
</main>
${context ? footer(context) : ""}
</body>
</html>`;
}

function footer({ app, policyPath }: PageContext): SafeHtml | "" {
  const { docs } = app.paths;
  const links = [
    ...(docs === undefined ? [] : [html`<a href="${docs}">API</a> `]),
    ...(policyPath === undefined ? [] : [html`<a href="${policyPath}">Policy of this page</a>`]),
  ];
  return links.length === 0 ? "" : html`<footer>${links}</footer>`;
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

/** Marks the link to the current page or its parent with `aria-current`. The space separates links in text browsers. */
function linkTo({ label, path }: Pick<NavigationEntry, "label" | "path">, shown: string): SafeHtml {
  const current = shown === path ? "page" : shown.startsWith(`${path}/`) ? "true" : "";
  return html`<a href="${path}"${current && html` aria-current="${current}"`}>${label}</a> `;
}

function accountLinks({ paths: { account, signOut } }: AppFacts, name: string, path: string, csrf: string): SafeHtml {
  const user = account === undefined ? html`<span>${name}</span>` : linkTo({ label: name, path: account }, path);
  const end = html`<form method="post" action="${signOut}">${csrfField(csrf)}<button class="link">Sign out</button></form>`;
  return html`${user}${signOut === undefined ? "" : end}`;
}
