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
.error { color: var(--bad); margin: 0; }
pre { overflow: auto; padding: 1rem; border: 1px solid var(--line); border-radius: .375rem; font-size: .8125rem; }
`;

/**
 * @param title The page's own title.
 * @param nonce Of the Content-Security-Policy, for the style.
 */
export function layout(title: string, nonce: string, content: SafeHtml): SafeHtml {
  return html`<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Candor</title>
<style nonce="${nonce}">${STYLE}</style>
</head>
<body>
<header><h1><a href="/">Candor</a></h1></header>
<main>${content}</main>
</body>
</html>`;
}
