/** Reads the files to publish: those in `public`, and files of packages. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { root } from "./wrangler.ts";

const folder = join(root, "public");

export interface PublicFile {
  /** Relative to `public`, with slashes. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** The files that this one was made of. */
  readonly parts?: readonly PublicFile[];
}

/**
 * The stylesheet and the script of every page. Each is made of several files, in this order, so that a page causes few
 * requests. The parts have no imports, and are not published on their own.
 */
const COMBINED: Readonly<Record<string, readonly (() => PublicFile)[]>> = {
  "page.css": [readPico, () => readOwn("style.css")],
  "page.js": [
    () => readPackage("htmx.org/dist/htmx.min.js"),
    ...["messages.js", "confirm.js", "keep-focus.js"].map((path) => () => enclose(readOwn(path))),
  ],
};

/** Reads the files in a stable order. Skips files and folders whose name begins with a dot. */
export function readPublicFiles(): PublicFile[] {
  const combined = Object.entries(COMBINED).map(([path, parts]) => combine(path, parts));
  const parts = new Set(combined.flatMap((file) => file.parts.map(({ path }) => path)));
  const own = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .filter((path) => !/(^|\/)\./.test(path) && !parts.has(path))
    .sort();
  return [...own.map(readOwn), ...combined];
}

function readOwn(path: string): PublicFile {
  return { path, bytes: readFileSync(join(folder, path)) };
}

function readPackage(path: string): PublicFile {
  return { path, bytes: readFileSync(join(root, "node_modules", path)) };
}

/** Without its icons: they are `data:` addresses, which our content security policy blocks. `style.css` has others. */
function readPico(): PublicFile {
  const { path, bytes } = readPackage("@picocss/pico/css/pico.fluid.classless.min.css");
  const icons = /--pico-icon-[a-z]+:url\("data:[^"]*"\);?/g;
  return { path, bytes: Buffer.from(Buffer.from(bytes).toString().replaceAll(icons, "")) };
}

/** Gives a script a scope of its own, as if it were a module. */
function enclose({ path, bytes }: PublicFile): PublicFile {
  return { path, bytes: Buffer.concat([Buffer.from('(() => {"use strict"; '), bytes, Buffer.from("})();")]) };
}

function combine(path: string, reads: readonly (() => PublicFile)[]) {
  const parts = reads.map((read) => read());
  return { path, parts, bytes: Buffer.concat(parts.flatMap(({ bytes }) => [bytes, Buffer.from("\n")])) };
}
