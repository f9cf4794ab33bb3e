/** The frame of every page. */
import { html, type SafeHtml } from "@remix-run/html-template";

const STYLE = html.raw`
:root { color-scheme: light dark; --ink: light-dark(#1c1917, #f5f5f4); --paper: light-dark(#fafaf9, #1c1917);
  --soft: light-dark(#57534e, #a8a29e); --line: light-dark(#d6d3d1, #44403c); --accent: light-dark(#0f766e, #5eead4); --bad: light-dark(#b91c1c, #fca5a5); }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 42rem; font: 1rem/1.6 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
header { display: flex; align-items: baseline; justify-content: space-between; margin-bottom: 2rem; }
a { color: var(--accent); }
h1 { font-size: 1.25rem; margin: 0; } h1 a { color: inherit; text-decoration: none; }
h2 { font-size: 1.0625rem; margin: 0; overflow-wrap: anywhere; }
form { display: grid; gap: .5rem; margin: 0 0 1.5rem; }
label { display: grid; gap: .25rem; font-size: .875rem; color: var(--soft); }
input, textarea, button { font: inherit; color: inherit; padding: .5rem .75rem; border: 1px solid var(--line); border-radius: .375rem; background: transparent; width: 100%; }
button { width: auto; justify-self: start; cursor: pointer; color: var(--paper); background: var(--accent); border-color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
form.search { grid-template-columns: 1fr auto; align-items: end; }
ul { list-style: none; margin: 0; padding: 0; } li { padding: 1rem 0; border-top: 1px solid var(--line); }
li p { margin: .25rem 0; white-space: pre-wrap; overflow-wrap: anywhere; } time, .soft { color: var(--soft); font-size: .875rem; }
.error, .failed { color: var(--bad); margin: 0; } .done { color: var(--accent); }
nav { display: flex; align-items: baseline; gap: .75rem; } nav form { margin: 0; }
button.plain { padding: 0; border: 0; background: none; color: var(--accent); text-decoration: underline; }
pre { overflow: auto; padding: 1rem; border: 1px solid var(--line); border-radius: .375rem; font-size: .8125rem; }
`;

/** What a page knows of whoever looks at it. */
export interface Visitor {
  /** Undefined for who has not signed in. */
  readonly name: string | undefined;
  /** For the hidden field of forms. */
  readonly csrf: string;
  /** Messages that an earlier request left for this page. */
  readonly flashes: readonly { readonly kind: string; readonly text: string }[];
}

const STRANGER: Visitor = { name: undefined, csrf: "", flashes: [] };

/**
 * @param title The page's own title.
 * @param nonce Of the Content-Security-Policy, for the style.
 */
export function layout(title: string, nonce: string, content: SafeHtml, visitor: Visitor = STRANGER): SafeHtml {
  return html`<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Candor</title>
<style nonce="${nonce}">${STYLE}</style>
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
