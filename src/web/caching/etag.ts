/** Entity tags (RFC 9110 §8.8.3) of versioned resources, and conditional requests for them. */

/** @returns A strong validator. */
export function etagOf({ version }: { readonly version: number }): string {
  return `"v${version}"`;
}

/**
 * The versions that `If-Match` accepts. RFC 9110 §13.1.1 compares strongly, but Cloudflare turns `"v1"` into `W/"v1"`
 * when it compresses a response, and clients send back the tag that they received. So weak tags count: a version is the
 * same whatever the encoding of the response that named it.
 *
 * @returns Undefined if any version is accepted: without the header, or with `*`.
 */
export function acceptedVersions(request: Request): readonly number[] | undefined {
  const header = request.headers.get("If-Match");
  if (header === null || header.trim() === "*") return undefined;
  return entityTags(header)
    .map(versionOf)
    .filter((version) => version !== undefined);
}

function versionOf(tag: string): number | undefined {
  const [, version] = /^(?:W\/)?"v([1-9]\d{0,14})"$/.exec(tag) ?? [];
  return version === undefined ? undefined : Number(version);
}

/** Whether the client already has this version, according to `If-None-Match` (RFC 9110 §13.1.2). */
export function isUnchanged(request: Request, etag: string): boolean {
  const header = request.headers.get("If-None-Match");
  return header !== null && matchesWeakly(header, etag);
}

/** Whether a list of tags contains this one, by strong comparison (RFC 9110 §8.8.3.2). `*` matches any. */
export function matchesStrongly(list: string, etag: string): boolean {
  return list.trim() === "*" || entityTags(list).includes(etag);
}

/** The same, by weak comparison. */
export function matchesWeakly(list: string, etag: string): boolean {
  return list.trim() === "*" || entityTags(list).some((tag) => tag.replace(/^W\//, "") === etag);
}

/** The tags of a list, with their quotes and `W/` prefixes. Anything else is ignored. */
function entityTags(list: string): readonly string[] {
  return list.match(/(?<=^|[\s,])(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/g) ?? [];
}
