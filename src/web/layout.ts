/** The frame of every page. */
import { html, type SafeHtml } from "@remix-run/html-template";

/** What a page knows of whoever looks at it. */
export interface Visitor {
  /** Undefined for who has not signed in. */
  readonly name: string | undefined;
  /** For the hidden field of forms. */
  readonly csrf: string;
  /** Messages that an earlier request left for this page. */
  readonly flashes: readonly { readonly kind: string; readonly text: string }[];
  /** The address of a file of `public`. */
  assetUrl(path: string): string;
}

const STRANGER: Visitor = { name: undefined, csrf: "", flashes: [], assetUrl: (path) => `/static/${path}` };

/** @param title The page's own title. */
export function layout(title: string, content: SafeHtml, visitor: Visitor = STRANGER): SafeHtml {
  return html`<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Candor</title>
<link rel="icon" href="${visitor.assetUrl("icon.svg")}" type="image/svg+xml">
<link rel="stylesheet" href="${visitor.assetUrl("style.css")}">
</head>
<body>
<header><h1><a href="/">Candor</a></h1>${visitor.name === undefined ? SIGN_IN : signOut(visitor)}</header>
<main>${visitor.flashes.map(({ kind, text }) => html`<p class="${kind}" role="status">${text}</p>`)}
${content}</main>
</body>
</html>`;
}

const SIGN_IN = html`<nav><a href="/login">Sign in</a></nav>`;

function signOut({ name, csrf }: Visitor): SafeHtml {
  return html`<nav><span class="soft">${name}</span><form method="post" action="/logout">${csrfField(csrf)}<button class="plain">Sign out</button></form></nav>`;
}

/** The hidden field that proves a form to be of this session. */
export function csrfField(csrf: string): SafeHtml {
  return html`<input type="hidden" name="csrf" value="${csrf}">`;
}
