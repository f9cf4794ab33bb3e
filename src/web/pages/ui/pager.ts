/** The links between the pages of a list. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { type ListParameters, type Page, pathOfList } from "../../request/paging.ts";
import { buttonLink } from "./button.ts";

/**
 * Links to the previous and the next page, if they exist.
 *
 * @param path The path of the list.
 * @param query The search, the filters and the limit, which the links keep.
 * @param noun What the list contains, in the plural.
 * @param words The words for the previous and the next page. Default: for a list that shows the newest first.
 *
 * @example
 * pager("/invoices", { q, limit: limitParameter(query) }, page, "invoices")
 */
export function pager(
  path: string,
  query: ListParameters,
  { nextCursor, previousCursor }: Pick<Page<unknown>, "nextCursor" | "previousCursor">,
  noun: string,
  [previous, next]: readonly [string, string] = ["Newer", "Older"],
): SafeHtml | "" {
  const link = (word: string, rel: "prev" | "next", cursor: string | null) =>
    cursor === null
      ? ""
      : html`<a class="button plain" rel="${rel}" href="${pathOfList(path, { ...query, cursor })}">${word} ${noun}</a>`;
  return nextCursor === null && previousCursor === null
    ? ""
    : html`<nav class="pager" aria-label="Pages of ${noun}">${link(previous, "prev", previousCursor)}
${link(next, "next", nextCursor)}</nav>`;
}

/**
 * The same links for the head of a page with a long list: keyboard users reach them before the rows. They have ids, so
 * that they keep the focus when HTMX replaces them.
 */
export function headPager(
  path: string,
  query: ListParameters,
  { nextCursor, previousCursor }: Pick<Page<unknown>, "nextCursor" | "previousCursor">,
  noun: string,
  [previous, next]: readonly [string, string] = ["Newer", "Older"],
): SafeHtml {
  const link = (label: string, rel: "prev" | "next", cursor: string | null) =>
    cursor === null
      ? ""
      : buttonLink(pathOfList(path, { ...query, cursor }), {
          label,
          attributes: html` id="head-${rel}" rel="${rel}" aria-label="${label} ${noun}"`,
        });
  return html`${link(previous, "prev", previousCursor)}${link(next, "next", nextCursor)}`;
}

/** The hidden field that keeps the limit in a form that searches a list. @param limit From `limitParameter`. */
export function limitField(limit: string | undefined): SafeHtml | "" {
  return limit === undefined ? "" : html`<input type="hidden" name="limit" value="${limit}">`;
}
