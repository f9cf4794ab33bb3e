/** Entity tags of things that count their versions, and the requests that are conditional on them. */
import { IfMatch, IfNoneMatch } from "@remix-run/headers";

/** @returns A strong validator (RFC 9110 §8.8.3). */
export function etagOf({ version }: { readonly version: number }): string {
  return `"v${version}"`;
}

/**
 * The versions that `If-Match` accepts (RFC 9110 §13.1.1). Strong comparison: weak tags match nothing.
 *
 * @returns Undefined where any version will do: without the header, or with `*`.
 */
export function acceptedVersions(request: Request): readonly number[] | undefined {
  const header = request.headers.get("If-Match");
  if (header === null || header.trim() === "*") return undefined;
  return IfMatch.from(header)
    .tags.map(versionOf)
    .filter((version) => version !== undefined);
}

function versionOf(tag: string): number | undefined {
  const [, version] = /^"v([1-9]\d{0,14})"$/.exec(tag) ?? [];
  return version === undefined ? undefined : Number(version);
}

/** Whether the client has this version already, by `If-None-Match` (RFC 9110 §13.1.2, weak comparison). */
export function isUnchanged(request: Request, etag: string): boolean {
  const header = request.headers.get("If-None-Match");
  if (header === null) return false;
  return IfNoneMatch.from(header).tags.some((tag) => tag === "*" || tag.replace(/^W\//, "") === etag);
}
