/** HTML responses, with the Content-Security-Policy of all pages. */
import type { SafeHtml } from "@remix-run/html-template";
import { type Preload, preload } from "../respond/preload.ts";

const HEADERS = {
  "Content-Type": "text/html; charset=utf-8",
  "Content-Security-Policy":
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  "Referrer-Policy": "same-origin",
};

/** The files in the head of a page that can be preloaded. Modules cannot be (HTML §4.6.7.15). */
const PRELOADABLE = /<link rel="stylesheet" href="([^"]+)">|<script src="([^"]+)"/g;

export function htmlResponse(page: SafeHtml, status = 200): Response {
  const text = `<!doctype html>${page}`;
  const response = new Response(text, { status, headers: HEADERS });
  const head = text.slice(0, text.indexOf("</head>"));
  const preloads = [...head.matchAll(PRELOADABLE)].map(([, style, script = ""]): Preload => {
    return style ? { href: style, as: "style" } : { href: script, as: "script" };
  });
  preload(response.headers, preloads);
  return response;
}

/** A response with part of a page, for HTMX to swap in. */
export function htmlPart(part: SafeHtml, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(`${part}`, { status, headers: { ...HEADERS, ...headers } });
}
