/** Distinguishes browsers that open a page from clients of the API. */

/** Whether a path is in the API, where a refusal is never a page. */
export function isApiPath(path: string): boolean {
  return path.startsWith("/api/");
}

/** @returns Whether to respond with a page: the request accepts HTML, and its path is not in the API. */
export function prefersHtml(request: Request): boolean {
  return !isApiPath(new URL(request.url).pathname) && (request.headers.get("Accept") ?? "").includes("text/html");
}
