/** The page of sample items. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { layout, type PageContext } from "../../web/pages/layout.ts";
import { emptyState } from "../../web/pages/ui/empty-state.ts";
import { pageHead } from "../../web/pages/ui/page-head.ts";
import { pager } from "../../web/pages/ui/pager.ts";
import { limitParameter, type Page, type PageQuery } from "../../web/request/paging.ts";
import { addForm, type SampleItemFormState, sampleItemItem } from "./partials.ts";
import type { SampleItem } from "./schema.ts";

/** @param refused The input of a refused form, to show again. */
export function sampleItemsPage(
  context: PageContext,
  query: PageQuery,
  list: Page<SampleItem>,
  refused?: SampleItemFormState,
): SafeHtml {
  const { items } = list;
  return layout(
    "Sample items",
    html`${pageHead({ title: "Sample items" })}
${addForm(context.csrf, refused)}
<section aria-labelledby="list-title">
<h2 class="visually-hidden" id="list-title">Your sample items</h2>
${items.length === 0 ? emptyState("No sample items yet.") : html`<ul class="rows">${items.map((item) => sampleItemItem(item, context.csrf))}</ul>`}
${pager("/sample-items", { limit: limitParameter(query) }, list, "sample items")}
</section>`,
    context,
  );
}
