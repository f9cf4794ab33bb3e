/** Reads the files to publish: those in `public`, and files of packages. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { root } from "./wrangler.ts";

const folder = join(root, "public");

/** Files of packages, by the path under which they are published. */
const VENDORED = {
  "vendor/htmx.js": () => readPackage("htmx.org/dist/htmx.min.js"),
  // Without its icons: they are `data:` addresses, which our content security policy blocks. `style.css` has others.
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
  /** Relative to `public`, with slashes. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Reads the files in a stable order. Skips files and folders whose name begins with a dot. */
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
