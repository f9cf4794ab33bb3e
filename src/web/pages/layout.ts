/** The layout of every page. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { APP_DESCRIPTION, APP_NAME } from "../app/app-name.ts";
import { type HeaderContext, header } from "./header.ts";
import { HTMX_CONFIG } from "./htmx.ts";
import { themeSwitch } from "./theme.ts";
import { type Message, messageBox } from "./ui/message.ts";

/** The context that the layout of a page needs. */
export interface PageContext extends HeaderContext {
  /** The address of the brand's link: users have an app to go to, visitors have the front page. */
  readonly homePath: string;
  /** The address of the page's row in the policy; undefined if the visitor sees no link to it. */
  readonly policyPath?: string | undefined;
  readonly isDevelopment: boolean;
  /** Whether the app can send mail. */
  readonly isMailOn: boolean;
  /** Messages from an earlier request. */
  readonly flashes: readonly Message[];
  /** Maps the path of a file in `public` to its address. */
  assetUrl(path: string): string;
  /** The addresses of all modules that a module in `public` imports. */
  moduleUrls(path: string): readonly string[];
}

/** The entry of `files` for pages that use HTMX. */
export const HTMX = "htmx.js";

/** The title of a page in the browser, also for a part that HTMX swaps in. @param title Without the app's name. */
export function titleElement(title: string): SafeHtml {
  return html`<title>${title} · ${APP_NAME}</title>`;
}

export interface LayoutOptions {
  /** For search engines and previews of links. Default: the description of the app. */
  readonly description?: string;
  /** The address of the brand's link, if there is no context. */
  readonly homePath?: string;
  /** Whether the browser shows the page only after its modules have run, because they change its content. */
  readonly waitsForModules?: boolean;
}

/**
 * @param title The title of the page, without the app's name.
 * @param context Absent if the page could not load it.
 * @param files `HTMX`, and the stylesheets and modules in `public` that this page needs in addition to those of every page.
 */
export function layout(
  title: string,
  content: SafeHtml,
  context?: PageContext,
  files: readonly string[] = [],
  { description = APP_DESCRIPTION, homePath = context?.homePath ?? "/", waitsForModules = false }: LayoutOptions = {},
): SafeHtml {
  const assetUrl = context?.assetUrl ?? ((path: string) => `/static/${path}`);
  const { user, theme = "system" } = context ?? {};
  return html`<html lang="en"${theme === "system" ? "" : html` data-theme="${theme}"`}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content">
${titleElement(title)}
<meta name="description" content="${description}">
<meta name="color-scheme" content="${theme === "system" ? "light dark" : theme}">
<meta property="og:title" content="${title} · ${APP_NAME}">
<meta property="og:description" content="${description}">
<meta property="og:type" content="website">
<link rel="icon" href="${assetUrl("icon.svg")}" type="image/svg+xml">
<link rel="apple-touch-icon" href="${assetUrl("touch-icon.png")}">
<link rel="manifest" href="${assetUrl("manifest.webmanifest")}">
${loads(files, context, assetUrl, waitsForModules)}
</head>
<body class="${user ? "user" : "visitor"}"${user ? html` data-user="${user.id}"` : ""}>
<a class="skip" href="#main">Skip to content</a>
${header(context, homePath, assetUrl("icon.svg"))}
<main id="main" tabindex="-1">
<div id="messages" aria-live="polite">${context?.flashes.map((message) => messageBox(message, context.csrf)) ?? ""}</div>
${content}
</main>
${context ? footer(context) : ""}
</body>
</html>`;
}

/**
 * The stylesheets and scripts of a page. The browser shows the page only after the first script has run, which restores
 * drafts and shows times in the visitor's time zone, so that nothing moves later.
 */
function loads(
  files: readonly string[],
  context: PageContext | undefined,
  assetUrl: (path: string) => string,
  waitsForModules: boolean,
): SafeHtml {
  const modules = files.filter((path) => path.endsWith(".js") && path !== HTMX);
  const imported = new Set(modules.flatMap((path) => context?.moduleUrls(path) ?? []));
  return html`${["page.css", ...files.filter((path) => path.endsWith(".css"))].map(
    (path) => html`<link rel="stylesheet" href="${assetUrl(path)}">`,
  )}
<script src="${assetUrl("page.js")}" defer blocking="render"></script>
${files.includes(HTMX) ? html`<meta name="htmx-config" content="${HTMX_CONFIG}"><script src="${assetUrl(HTMX)}" defer></script>` : ""}
${modules.map((path) => html`<script type="module" src="${assetUrl(path)}"${waitsForModules ? html` blocking="render"` : ""}></script>`)}
${[...imported].map((url) => html`<link rel="modulepreload" href="${url}">`)}`;
}

function footer({ app, user, path, csrf, theme, homePath, policyPath, isDevelopment }: PageContext): SafeHtml | "" {
  const { docs, home, styleguide, theme: themePath } = app.paths;
  const parts = [
    home !== undefined && ![homePath, path].includes(home) ? html`<a href="${home}">About ${APP_NAME}</a> ` : "",
    docs === undefined ? "" : html`<a href="${docs}">API</a> `,
    policyPath === undefined ? "" : html`<a href="${policyPath}">Policy of this page</a> `,
    isDevelopment && styleguide !== undefined ? html`<a href="${styleguide}">Style guide</a> ` : "",
    // Users have it in the menu of their account.
    user || themePath === undefined ? "" : themeSwitch(themePath, theme, csrf),
  ].filter((part) => part !== "");
  return parts.length === 0 ? "" : html`<footer>${parts}</footer>`;
}
