/** Tells a browser that opens a page from a client of the API. */

/** @returns Whether an error is to be a page: the path is not the API's, and the request accepts HTML. */
export function prefersHtml(request: Request): boolean {
  const isApi = new URL(request.url).pathname.startsWith("/api/");
  return !isApi && (request.headers.get("Accept") ?? "").includes("text/html");
}
