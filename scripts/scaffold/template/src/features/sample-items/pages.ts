/** The page of sample items. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { layout, type PageContext } from "../../web/pages/layout.ts";
import { type Page, pathOfList } from "../../web/request/paging.ts";
import { addForm, type SampleItemFormState, sampleItemItem } from "./partials.ts";
import type { SampleItem } from "./schema.ts";

/** @param refused The input of a refused form, to show again. */
export function sampleItemsPage(context: PageContext, list: Page<SampleItem>, refused?: SampleItemFormState): SafeHtml {
  const { items, nextCursor } = list;
  return layout(
    "Sample items",
    html`<header class="page-head"><h1>Sample items</h1></header>
${addForm(context.csrf, refused)}
<section aria-labelledby="list-title">
<h2 class="visually-hidden" id="list-title">Your sample items</h2>
${items.length === 0 ? html`<p class="empty">No sample items yet.</p>` : html`<ul class="list">${items.map((item) => sampleItemItem(item, context.csrf))}</ul>`}
${nextCursor === null ? "" : html`<p><a class="button quiet" href="${pathOfList("/sample-items", "", nextCursor)}">Older sample items</a></p>`}
</section>`,
    context,
  );
}
