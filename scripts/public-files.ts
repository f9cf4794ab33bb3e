/** The files of `public`, and those of packages that are published as if they were in it. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { root } from "./wrangler.ts";

const folder = join(root, "public");

/** By the path that they are published under. */
const VENDORED = {
  "vendor/htmx.js": () => readPackage("htmx.org/dist/htmx.min.js"),
  // Its icons are `data:` addresses, which the policy of our pages does not load: `style.css` has others.
  "vendor/pico.css": () =>
    Buffer.from(
      readPackage("@picocss/pico/css/pico.fluid.classless.min.css")
        .toString()
        .replaceAll(/--pico-icon-[a-z]+:url\("data:[^"]*"\);?/g, ""),
    ),
};

function readPackage(path: string): Buffer {
  return readFileSync(join(root, "node_modules", path));
}

export interface PublicFile {
  /** From `public` on, with slashes. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** In a stable order; none of which a part of the path begins with a dot. */
export function readPublicFiles(): PublicFile[] {
  const own = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .filter((path) => !/(^|\/)\./.test(path))
    .sort();
  return [
    ...own.map((path) => ({ path, bytes: readFileSync(join(folder, path)) })),
    ...Object.entries(VENDORED).map(([path, read]) => ({ path, bytes: read() })),
  ];
}
