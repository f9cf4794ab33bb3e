/** The request and response headers of HTMX (https://htmx.org/reference/#headers). */
import type { SafeHtml } from "@remix-run/html-template";
import { seeOther } from "../respond/see-other.ts";
import { htmlPart, htmlResponse } from "./html.ts";

/**
 * The configuration of HTMX: no code in attributes, no stored pages, and refused forms are swapped in. Other refusals are
 * shown by `public/htmx/responses.js`.
 */
export const HTMX_CONFIG = JSON.stringify({
  allowEval: false,
  allowScriptTags: false,
  includeIndicatorStyles: false,
  // New content can be focused immediately.
  defaultSettleDelay: 0,
  // By default, HTMX copies style attributes, such as of a resized text area, which the security policy forbids.
  attributesToSettle: [],
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

/** Whether HTMX requests part of a page. To restore a page from the history, it requests the whole page. */
export function isHtmx({ headers }: Request): boolean {
  return headers.get("HX-Request") === "true" && headers.get("HX-History-Restore-Request") !== "true";
}

/** Whether the request comes from a link or form with `hx-boost`. */
export function isHtmxLink(request: Request): boolean {
  return isHtmx(request) && request.headers.get("HX-Boosted") === "true";
}

/** The address of the page that sent a request of HTMX, if it is a page of this app. */
export function currentUrl({ url, headers }: Request): URL | undefined {
  const current = URL.parse(headers.get("HX-Current-URL") ?? "");
  return current?.host === new URL(url).host ? current : undefined;
}

/** Redirects the whole page instead of swapping. @param path A path of this app, with its query. */
export function hxRedirect(path: string): { readonly "HX-Redirect": string } {
  return { "HX-Redirect": path };
}

/** Dispatches an event on the element that made the request. @param detail Any JSON value. */
export function hxTrigger(event: string, detail: unknown = null): { readonly "HX-Trigger": string } {
  return { "HX-Trigger": toAscii({ [event]: detail }) };
}

/** Swaps the response into another element. @param selector A CSS selector. */
export function hxRetarget(selector: string): { readonly "HX-Retarget": string } {
  return { "HX-Retarget": selector };
}

/** Swaps the response in another way. @param swap A value of `hx-swap`. */
export function hxReswap(swap: string): { readonly "HX-Reswap": string } {
  return { "HX-Reswap": swap };
}

/** Swaps in another part of the response. @param selector A CSS selector. */
export function hxReselect(selector: string): { readonly "HX-Reselect": string } {
  return { "HX-Reselect": selector };
}

/** Adds an entry to the browser history. @param path A path of this app, with its query. */
export function hxPushUrl(path: string): { readonly "HX-Push-Url": string } {
  return { "HX-Push-Url": path };
}

/** Replaces the current entry of the browser history. @param path A path of this app, with its query. */
export function hxReplaceUrl(path: string): { readonly "HX-Replace-Url": string } {
  return { "HX-Replace-Url": path };
}

/** A response in two forms: a part for HTMX, or a complete page. */
export interface PartAndPage {
  readonly part: () => SafeHtml | Promise<SafeHtml>;
  readonly page: () => Promise<SafeHtml>;
  /** 200 by default. */
  readonly status?: number;
  /** Headers of the part. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Responds with the part or the page, and sets `Vary`. */
export async function partOrPage(
  request: Request,
  { part, page, status, headers = {} }: PartAndPage,
): Promise<Response> {
  const response = isHtmx(request) ? htmlPart(await part(), status, headers) : htmlResponse(await page(), status);
  response.headers.append("Vary", "HX-Request");
  return response;
}

/**
 * Responds with the part for HTMX, and redirects other clients.
 *
 * @param path A path of this app.
 * @param headers Headers of the part.
 */
export async function partOrRedirect(
  request: Request,
  path: string,
  part: PartAndPage["part"],
  headers: PartAndPage["headers"] = {},
): Promise<Response> {
  const response = isHtmx(request) ? htmlPart(await part(), 200, headers) : seeOther(path);
  response.headers.append("Vary", "HX-Request");
  return response;
}

/** Serializes to JSON with escapes for non-ASCII characters, which headers cannot contain. */
function toAscii(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
