/** Distinguishes browsers that open a page from clients of the API. */

/** @returns Whether to respond with a page: the request accepts HTML, and its path is not in the API. */
export function prefersHtml(request: Request): boolean {
  const isApi = new URL(request.url).pathname.startsWith("/api/");
  return !isApi && (request.headers.get("Accept") ?? "").includes("text/html");
}
