/** What HTMX says with a request, and what a response can tell it (https://htmx.org/reference/#headers). */
import type { SafeHtml } from "@remix-run/html-template";
import { seeOther } from "../respond/see-other.ts";
import { htmlPart, htmlResponse } from "./html.ts";

/** Whether HTMX asks for a part to swap in. For a page that it restores from the history it wants the whole. */
export function isHtmx({ headers }: Request): boolean {
  return headers.get("HX-Request") === "true" && headers.get("HX-History-Restore-Request") !== "true";
}

/** Leads the whole page on, instead of swapping the answer in. @param path Of ours, with its query. */
export function hxRedirect(path: string): { readonly "HX-Redirect": string } {
  return { "HX-Redirect": path };
}

/** Fires an event on whatever made the request. @param detail What JSON can hold. */
export function hxTrigger(event: string, detail: unknown = null): { readonly "HX-Trigger": string } {
  return { "HX-Trigger": toAscii({ [event]: detail }) };
}

/** Swaps the answer in for another element. @param selector Of CSS. */
export function hxRetarget(selector: string): { readonly "HX-Retarget": string } {
  return { "HX-Retarget": selector };
}

/** Swaps it in another way. @param swap A value of `hx-swap`. */
export function hxReswap(swap: string): { readonly "HX-Reswap": string } {
  return { "HX-Reswap": swap };
}

/** Takes another part of the answer than the element asks for. @param selector Of CSS. */
export function hxReselect(selector: string): { readonly "HX-Reselect": string } {
  return { "HX-Reselect": selector };
}

/** Shows another address, as a new entry of the history. @param path Of ours, with its query. */
export function hxPushUrl(path: string): { readonly "HX-Push-Url": string } {
  return { "HX-Push-Url": path };
}

/** Shows another address in place of the one that is shown. @param path Of ours, with its query. */
export function hxReplaceUrl(path: string): { readonly "HX-Replace-Url": string } {
  return { "HX-Replace-Url": path };
}

/** What an answer is made of: the part for HTMX, the page for everybody else. */
export interface PartAndPage {
  readonly part: () => SafeHtml;
  readonly page: () => Promise<SafeHtml>;
  /** 200 without it. */
  readonly status?: number;
  /** Headers of the part. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers with the one or the other, and says that it depends. */
export async function partOrPage(
  request: Request,
  { part, page, status, headers = {} }: PartAndPage,
): Promise<Response> {
  const isPart = isHtmx(request);
  const response = isPart ? htmlPart(part(), status) : htmlResponse(await page(), status);
  if (isPart) for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
  response.headers.append("Vary", "HX-Request");
  return response;
}

/** Answers with the part for HTMX, and leads everybody else on. @param path Of ours. */
export function partOrRedirect(request: Request, path: string, part: () => SafeHtml): Response {
  const response = isHtmx(request) ? htmlPart(part()) : seeOther(path);
  response.headers.append("Vary", "HX-Request");
  return response;
}

/** A header holds ASCII: other characters are escaped as JSON has them. */
function toAscii(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
