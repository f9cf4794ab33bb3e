/** HTML responses: what a page may load is said in its Content-Security-Policy. */
import type { SafeHtml } from "@remix-run/html-template";
import { type Preload, preload } from "../respond/preload.ts";

const HEADERS = {
  "Content-Type": "text/html; charset=utf-8",
  "Cache-Control": "private, no-cache",
  "Content-Security-Policy":
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  "Referrer-Policy": "same-origin",
};

/** What the head of a page names and the browser asks for first. A module is not preloaded in this way (HTML §4.6.7.15). */
const NAMED = /<link rel="stylesheet" href="([^"]+)">|<script src="([^"]+)"/g;

/** @param status An HTTP status; 200 without it. */
export function htmlResponse(page: SafeHtml, status = 200): Response {
  const text = `<!doctype html>${page}`;
  const response = new Response(text, { status, headers: HEADERS });
  const head = text.slice(0, text.indexOf("</head>"));
  const preloads = [...head.matchAll(NAMED)].map(([, style, script = ""]): Preload => {
    return style ? { href: style, as: "style" } : { href: script, as: "script" };
  });
  preload(response.headers, preloads);
  return response;
}

/** A part of a page, to be swapped in. */
export function htmlPart(part: SafeHtml, status = 200): Response {
  return new Response(`${part}`, { status, headers: HEADERS });
}
