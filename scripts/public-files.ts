/** The files of `public`. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { root } from "./wrangler.ts";

const folder = join(root, "public");

export interface PublicFile {
  /** From `public` on, with slashes. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** In a stable order; none of which a part of the path begins with a dot. */
export function readPublicFiles(): PublicFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .filter((path) => !/(^|\/)\./.test(path))
    .sort()
    .map((path) => ({ path, bytes: readFileSync(join(folder, path)) }));
}
