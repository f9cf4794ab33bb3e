/** Follows every link of every page of a running app. */

/** A link that leads nowhere. */
export interface DeadLink {
  /** The page that has it. */
  readonly page: string;
  readonly link: string;
  readonly status: number;
}

/** What a crawl has seen. */
export interface Crawl {
  /** Paths of the pages, in the order in which they were found. */
  readonly pages: readonly string[];
  readonly dead: readonly DeadLink[];
}

/** Attributes of HTML that lead to an address with GET. */
const LINKS = /\b(?:href|src|hx-get|data-src)="([^"#]+)[^"]*"/g;
const FORMS = /<form\b[^>]*\bmethod="post"[^>]*>/g;

/**
 * Forms are not submitted: each gets a request from another site, which a form that exists refuses.
 *
 * @param start The path of the first page.
 * @param headers Of every request, such as a cookie.
 */
export async function crawl(
  origin: string,
  start: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Crawl> {
  const found = new Map([[start, ""]]);
  const pages: string[] = [];
  const dead: DeadLink[] = [];
  for (const [path, page] of found) {
    const response = await fetch(origin + path, { headers: { Accept: "text/html", ...headers } });
    const text = await response.text();
    if (response.status >= 400) dead.push({ page, link: path, status: response.status });
    if (!response.headers.get("Content-Type")?.startsWith("text/html")) continue;
    pages.push(path);
    const here = new URL(response.url);
    for (const link of addressesIn(text, LINKS, here)) if (!found.has(link)) found.set(link, path);
    for (const form of text.match(FORMS) ?? []) {
      const [link = path] = addressesIn(form, /\baction="([^"]+)"/g, here);
      const status = await statusOfForm(origin + link, headers);
      if (status === 404 || status === 405) dead.push({ page: path, link: `POST ${link}`, status });
    }
  }
  return { pages, dead };
}

/** Paths of the same origin. */
function addressesIn(text: string, pattern: RegExp, page: URL): string[] {
  const urls = [...text.matchAll(pattern)].map(([, address = ""]) => new URL(address.replaceAll("&amp;", "&"), page));
  return urls.filter(({ origin }) => origin === page.origin).map(({ pathname, search }) => pathname + search);
}

async function statusOfForm(url: string, headers: Readonly<Record<string, string>>): Promise<number> {
  const init = { method: "POST", headers: { ...headers, "Sec-Fetch-Site": "cross-site" }, body: new URLSearchParams() };
  const { status } = await fetch(url, { ...init, redirect: "manual" });
  return status;
}
