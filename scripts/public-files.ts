/** Reads the files to publish: those in `public`, and files of packages. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { buildSync } from "esbuild";
import { root } from "./wrangler.ts";

const folder = join(root, "public");

export interface PublicFile {
  /** Relative to `public`, with slashes. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** The files that this one was made of. */
  readonly parts?: readonly PublicFile[];
}

const STYLES = ["tokens.css", "base.css", "components.css", "shell.css"];

/**
 * The stylesheet and the script of every page, and HTMX. Each combines several files, in this order, so that a page
 * needs few requests.
 */
const COMBINED: Readonly<Record<string, readonly (() => PublicFile)[]>> = {
  "page.css": STYLES.map((path) => () => readOwn(`style/${path}`)),
  "page.js": [() => bundle("page/index.js", "iife")],
  "htmx.js": [() => readPackage("htmx.org/dist/htmx.min.js"), () => bundle("htmx/index.js", "iife")],
};

/**
 * Reads the files in a stable order, each module with the modules that it imports. Parts of other files are not published
 * on their own. Skips files and folders whose name begins with a dot.
 */
export function readPublicFiles(): PublicFile[] {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .filter((path) => !/(^|\/)\./.test(path))
    .sort();
  const combined = Object.entries(COMBINED).map(([path, parts]) => combine(path, parts));
  const inPages = partsOf(combined);
  const own = paths
    .filter((path) => !inPages.has(path))
    .map((path) => (path.endsWith(".js") ? bundle(path) : readOwn(path)));
  const inModules = partsOf(own);
  return [...own.filter(({ path }) => !inModules.has(path)), ...combined];
}

/** The paths of all files that are parts of others. */
function partsOf(files: readonly PublicFile[]): ReadonlySet<string> {
  return new Set(
    files.flatMap((file) => (file.parts ?? []).map(({ path }) => path).filter((path) => path !== file.path)),
  );
}

/** Bundles a module with its imports. @throws Error that names the file and the line of a missing import. */
function bundle(path: string, format: "esm" | "iife" = "esm"): PublicFile {
  const { outputFiles, metafile } = buildSync({
    absWorkingDir: folder,
    entryPoints: [path],
    bundle: true,
    format,
    packages: "external",
    charset: "utf8",
    metafile: true,
    write: false,
    logLevel: "silent",
  });
  const [{ contents = new Uint8Array() } = {}] = outputFiles;
  return { path, parts: Object.keys(metafile.inputs).sort().map(readOwn), bytes: contents };
}

function readOwn(path: string): PublicFile {
  return { path, bytes: readFileSync(join(folder, path)) };
}

function readPackage(path: string): PublicFile {
  return { path, bytes: readFileSync(join(root, "node_modules", path)) };
}

/** Concatenates files. The result names all of its source files as `parts`. */
function combine(path: string, reads: readonly (() => PublicFile)[]): PublicFile {
  const files = reads.map((read) => read());
  const parts = files.flatMap((file) => file.parts ?? [file]);
  return { path, parts, bytes: Buffer.concat(files.flatMap(({ bytes }) => [bytes, Buffer.from("\n")])) };
}
