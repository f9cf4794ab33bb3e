/** A file as a download, or shown inline if its type is safe. */
import { REVALIDATED } from "../../web/caching/cache-control.ts";
import { retryRead } from "../../web/platform/transient.ts";
import { contentDisposition } from "../../web/respond/content-disposition.ts";
import type { Content } from "../../web/respond/serve-content.ts";
import { isInert } from "./media-type.ts";
import type { StoredFile } from "./schema.ts";

/** A response with this policy runs no script, submits no form, loads nothing and has an opaque origin. */
const SANDBOX = "sandbox; default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** @param inline Whether to show the file; a type that could run scripts is downloaded all the same. */
export function downloadOf(file: StoredFile, bucket: R2Bucket, inline: boolean): Content {
  const { objectKey, name, type, charset, size, sha256, createdAt } = file;
  return {
    etag: `"${sha256}"`,
    lastModified: Date.parse(createdAt),
    size,
    headers: { ...REVALIDATED, "Content-Security-Policy": SANDBOX },
    metadata: {
      "Content-Type": charset === null ? type : `${type}; charset=${charset}`,
      "Content-Disposition": contentDisposition(inline && isInert(type) ? "inline" : "attachment", name),
    },
    read: async (range) => (await retryRead(() => bucket.get(objectKey, range && { range })))?.body ?? null,
  };
}
