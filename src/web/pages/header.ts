/** The header of every page: the links to the app's pages, and the visitor's account. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { AppFacts, NavigationEntry } from "../../env.ts";
import { APP_NAME } from "../app/app-name.ts";
import { csrfField } from "./csrf-field.ts";
import { pagesFor } from "./navigation.ts";
import { type Theme, themeSwitch } from "./theme.ts";
import { avatar } from "./ui/avatar.ts";
import { button } from "./ui/button.ts";
import { icon } from "./ui/icon.ts";

/** The context that the header needs. */
export interface HeaderContext {
  /** Undefined if the visitor is not signed in. */
  readonly user: PageUser | undefined;
  /** The facts about the app, for the navigation and links. */
  readonly app: AppFacts;
  /** The path of the page. */
  readonly path: string;
  /** The CSRF token, for the hidden field of forms. */
  readonly csrf: string;
  readonly theme: Theme;
}

interface PageUser {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: "user" | "admin";
}

/** @param homePath The address of the brand's link. */
export function header(context: HeaderContext | undefined, homePath: string, iconUrl: string): SafeHtml {
  return html`<header class="top">
<a class="brand" href="${homePath}"><img src="${iconUrl}" alt="" width="22" height="22">${APP_NAME}</a>
${context === undefined ? "" : context.user ? userNavigation(context, context.user) : visitorNavigation(context)}
</header>`;
}

function visitorNavigation({ app, path }: HeaderContext): SafeHtml {
  const pages = pagesFor(app, undefined);
  const { signIn, register } = app.paths;
  return html`${pages.length === 0 ? "" : html`<nav aria-label="Pages">${pages.map((page) => linkTo(page, path))}</nav>`}
<nav class="offers" aria-label="Account">${signIn === undefined ? "" : linkTo({ label: "Sign in", path: signIn }, path)}${
    register === undefined ? "" : linkTo({ label: "Register", path: register }, path)
  }</nav>`;
}

/** On a wide screen, the menu of pages is a sidebar that is always open. */
function userNavigation(context: HeaderContext, user: PageUser): SafeHtml {
  const { app, path } = context;
  const opener = { label: "Pages", icon: "menu", kind: "plain", isIconOnly: true } as const;
  return html`<div class="pages-button">${button({ ...opener, attributes: html` type="button" popovertarget="pages"` })}</div>
<nav class="menu pages" id="pages" popover aria-label="Pages">${pagesFor(app, user.role).map((page) => linkTo(page, path))}</nav>
${accountMenu(context, user)}`;
}

function accountMenu({ app, path, csrf, theme }: HeaderContext, { name, email }: PageUser): SafeHtml {
  const { account, signOut, theme: themePath } = app.paths;
  const isCurrent = account !== undefined && (path === account || path.startsWith(`${account}/`));
  return html`<nav class="account" aria-label="Account">
<button type="button" class="plain account-button" popovertarget="account-menu"><span class="visually-hidden">Account: </span>${avatar(name)} <span class="one-line" dir="auto">${name}</span></button>
<div class="menu" id="account-menu" popover>
<p class="about"><bdi>${name}</bdi> <small>${email}</small></p>
${account === undefined ? "" : html`<a href="${account}"${isCurrent ? html` aria-current="page"` : ""}>${icon("user")}Account</a>`}
${themePath === undefined ? "" : themeSwitch(themePath, theme, csrf)}
${signOut === undefined ? "" : html`<form method="post" action="${signOut}" data-signs-out>${csrfField(csrf)}<button>${icon("signOut")}Sign out</button></form>`}
</div>
</nav>`;
}

/** Marks the link to the current page or its parent with `aria-current`. The space separates links in text browsers. */
function linkTo({ label, path }: Pick<NavigationEntry, "label" | "path">, shown: string): SafeHtml {
  const current = shown === path ? "page" : shown.startsWith(`${path}/`) ? "true" : "";
  return html`<a href="${path}"${current && html` aria-current="${current}"`}>${label}</a> `;
}
