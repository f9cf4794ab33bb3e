/** HTML responses: what a page may load is said in its Content-Security-Policy. */
import type { SafeHtml } from "@remix-run/html-template";

/** A page: takes the nonce that its inline style carries. */
export type Page = (nonce: string) => SafeHtml;

/** @param status An HTTP status; 200 without it. */
export function htmlResponse(page: Page, status = 200): Response {
  const nonce = crypto.randomUUID();
  return new Response(`<!doctype html>${page(nonce)}`, {
    status,
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Cache-Control": "private, no-cache",
      "Content-Security-Policy": `default-src 'none'; style-src 'nonce-${nonce}'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
      "Referrer-Policy": "same-origin",
    },
  });
}
