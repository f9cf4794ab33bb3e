/** The page of the style guide. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { layout, type PageContext } from "../../web/pages/layout.ts";
import { pageHead } from "../../web/pages/ui/page-head.ts";
import { samples } from "./partials.ts";

/** @param now Milliseconds since the epoch, for relative times. */
export function styleguidePage(context: PageContext, now: number): SafeHtml {
  const sections = samples(context.csrf, now);
  const lead = html`Every component of <code>src/web/pages/ui</code> in every state. This page shows the effect of changes to <code>public/style</code>.`;
  return layout(
    "Style guide",
    html`${pageHead({ title: "Style guide", lead })}
<nav class="contents" aria-label="Components">${sections.map(({ title }) => html`<a href="#${idOf(title)}">${title}</a> `)}</nav>
${sections.map(
  ({ title, content }) => html`<section class="sample" aria-labelledby="${idOf(title)}">
<h2 id="${idOf(title)}">${title}</h2>
${content}
</section>`,
)}`,
    context,
    ["styleguide/styleguide.css"],
  );
}

function idOf(title: string): string {
  return `sample-${title.toLowerCase().replaceAll(/[^a-z]+/g, "-")}`;
}
