/** A browser without JavaScript: it keeps cookies, follows redirects, and submits the forms of the page it shows. */

import type { Env } from "../src/env.ts";
import { type Account, app, newAddress, openBrowser, sendTo, type TestApp } from "./harness.ts";

/** What the browser shows. */
export interface Shown {
  readonly status: number;
  readonly path: string;
  readonly text: string;
}

export interface PlainBrowser {
  readonly cookies: Map<string, string>;
  open(path: string): Promise<Shown>;
  /**
   * Submits a form with its hidden fields.
   *
   * @param action The form's; without it the form leads to the page itself.
   */
  submit(fields: Record<string, string>, action?: string): Promise<Shown>;
}

/**
 * @param bindings Bindings that differ from the tests' own.
 * @param visited The app that the browser visits; without it, the one with all features.
 */
export function openPlainBrowser(bindings: Partial<Env> = {}, visited: TestApp = app): PlainBrowser {
  const cookies = new Map<string, string>();
  const address = newAddress();
  let shown: Shown = { status: 0, path: "", text: "" };

  async function load(path: string, init: RequestInit = {}): Promise<Shown> {
    const Cookie = [...cookies].map((pair) => pair.join("=")).join("; ");
    const headers = { "Sec-Fetch-Site": "same-origin", Accept: "text/html", Cookie, "CF-Connecting-IP": address };
    const response = await sendTo(visited, path, { ...init, headers }, bindings);
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === "") cookies.delete(name);
      else cookies.set(name, value);
    }
    const location = response.headers.get("Location");
    // Only 307 and 308 send the method and the body again (RFC 9110 §15.4.8).
    if (location !== null) return load(location, response.status === 307 ? init : {});
    shown = { status: response.status, path, text: await response.text() };
    return shown;
  }

  function submit(fields: Record<string, string>, action = shown.path): Promise<Shown> {
    const form = shown.text.split("<form").find((part) => part.includes(`action="${action}"`)) ?? shown.text;
    const hidden = [...form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)];
    const kept = hidden.map(([, name = "", value = ""]) => [name, decodeHtml(value)]);
    return load(action, { method: "POST", body: new URLSearchParams({ ...Object.fromEntries(kept), ...fields }) });
  }

  return { open: (path) => load(path), submit, cookies };
}

/** A browser that is signed in to an account. @param bindings Bindings that differ from the tests' own. */
export async function openPlainBrowserOf(account: Account, bindings: Partial<Env> = {}): Promise<PlainBrowser> {
  const browser = openPlainBrowser(bindings);
  const [name = "", secret = ""] = (await openBrowser(account)).headers.Cookie.split("=");
  browser.cookies.set(name, secret);
  return browser;
}

export function decodeHtml(html: string): string {
  const named = html.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&gt;", ">");
  return named.replaceAll("&#39;", "'").replaceAll("&amp;", "&");
}

/**
 * The text of a page in a browser that knows no stylesheets, such as lynx or w3m: it shows the content of `template` and
 * of elements with `hidden`, too.
 */
export function plainText(html: string): string {
  const body = html.replace(/^[\s\S]*<body>/, "");
  return decodeHtml(body.replaceAll(/<(?:"[^"]*"|[^">])*>/g, "")).replaceAll(/\s+/g, " ");
}

/** The message that a page shows once. */
export const flashOf = ({ text }: Shown) => /<div class="message \w+" role="\w+"[^>]*><p>([^<]*)/.exec(text)?.[1];
