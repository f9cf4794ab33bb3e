/** The media type of a body (RFC 9110 §8.3). */

/** @returns The media type in lower case, without parameters; empty without a Content-Type. */
export function mediaTypeOf(request: Request): string {
  return request.headers.get("Content-Type")?.split(";", 1)[0]?.trim().toLowerCase() ?? "";
}
