/** HTML responses: what a page may load is said in its Content-Security-Policy. */
import type { SafeHtml } from "@remix-run/html-template";

const HEADERS = {
  "Content-Type": "text/html; charset=utf-8",
  "Cache-Control": "private, no-cache",
  "Content-Security-Policy":
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  "Referrer-Policy": "same-origin",
};

/** @param status An HTTP status; 200 without it. */
export function htmlResponse(page: SafeHtml, status = 200): Response {
  return new Response(`<!doctype html>${page}`, { status, headers: HEADERS });
}

/** A part of a page, to be swapped in. */
export function htmlPart(part: SafeHtml, status = 200): Response {
  return new Response(`${part}`, { status, headers: HEADERS });
}
