/** Finds the files that a module or a stylesheet refers to. */
import { ImportType, init, parse } from "es-module-lexer";
import { transform } from "lightningcss";
import type { PublicFile } from "./public-files.ts";

/** A reference from one file of `public` to another. */
export interface Reference {
  /** The path of the other file, relative to `public`. */
  readonly target: string;
  /** The file name in the source, without its folder: from here, up to `end`. In UTF-16 code units. */
  readonly start: number;
  readonly end: number;
  /** Whether the browser loads the other file as a module before it runs this one. */
  readonly isImport: boolean;
}

/** An address in a source. */
interface Address {
  readonly text: string;
  readonly start: number;
  readonly isImport?: boolean;
}

/** Where `public` is served. The host is never requested. */
const BASE = "https://public.invalid/static/";

/** @throws Error with the file, the line and a correction, for a reference that cannot be versioned. */
export async function findReferences(file: PublicFile): Promise<readonly Reference[]> {
  if (/\.m?js$/.test(file.path)) return findImports(file);
  return file.path.endsWith(".css") ? findUrls(file) : [];
}

const NEW_URL = /\bnew\s+URL\(\s*(["'])([^"'\\\n]*)\1\s*,\s*$/;

async function findImports({ path, bytes }: PublicFile): Promise<readonly Reference[]> {
  await init;
  const source = Buffer.from(bytes).toString();
  const mistake = (at: number, reason: string) => mistakeAt(path, source, at, reason);
  const addresses: Address[] = [];
  for (const { n, s, d, t } of parse(source, path)[0]) {
    if (t === ImportType.ImportMeta) {
      const [, , text] = NEW_URL.exec(source.slice(0, s)) ?? [];
      if (text !== undefined) addresses.push({ text, start: source.lastIndexOf(text, s) });
      continue;
    }
    if (n === undefined) throw mistake(s, "import() needs a string, so that the imported file gets a version.");
    const start = d === -1 ? s : s + 1;
    if (source.slice(start, start + n.length) !== n) throw mistake(s, `"${n}" must be written without escapes.`);
    if (!/^(\.{0,2}\/|[a-z]+:)/.test(n))
      throw mistake(s, `"${n}" is the name of a package, which browsers cannot resolve. Import a file: "./${n}".`);
    addresses.push({ text: n, start, isImport: d === -1 });
  }
  const found = addresses.flatMap((address) => toReferences(path, address));
  for (const { index } of source.matchAll(/["'`]\/static\//g))
    if (!addresses.some(({ start }) => start === index + 1))
      throw mistake(index, 'An address in a string gets no version. Write new URL("./file", import.meta.url).');
  return found;
}

/** A string, whose content is the named group. */
const quoted = (group: string) => `"(?<${group}1>(?:\\\\.|[^"\\\\])*)"|'(?<${group}2>(?:\\\\.|[^'\\\\])*)'`;

/** The tokens of CSS that matter here: `url()`, an `@import`, and comments and strings, which may contain such text. */
const CSS_TOKENS = new RegExp(
  [
    `url\\(\\s*(?:${quoted("url")}|(?<url3>(?:\\\\.|[^)"'\\\\\\s])*))\\s*\\)`,
    `@import\\s+(?:${quoted("import")})`,
    String.raw`\/\*.*?\*\/`,
    quoted("string"),
  ].join("|"),
  "gis",
);

function findUrls({ path, bytes }: PublicFile): readonly Reference[] {
  const source = Buffer.from(bytes).toString();
  const addresses = [...source.matchAll(CSS_TOKENS)].flatMap(({ 0: token, index, groups = {} }): Address[] => {
    const { url1, url2, url3, import1, import2 } = groups;
    const text = url1 ?? url2 ?? url3 ?? import1 ?? import2 ?? "";
    if (text === "") return [];
    if (text.includes("\\")) throw mistakeAt(path, source, index, `${text} must be written without escapes.`);
    return [{ text, start: index + token.lastIndexOf(text) }];
  });
  for (const { url, line } of parseUrls(path, bytes))
    if (!addresses.some(({ text }) => text === url))
      throw new Error(`public/${path}:${line}: "${url}" gets no version. Write it as url("${url}").`);
  return addresses.flatMap((address) => toReferences(path, address));
}

/** The addresses according to a CSS parser. It accepts what browsers ignore. */
function parseUrls(path: string, code: Uint8Array): { readonly url: string; readonly line: number }[] {
  try {
    const options = { filename: path, code, errorRecovery: true, analyzeDependencies: { preserveImports: true } };
    const { dependencies } = transform(options);
    return (dependencies || []).flatMap((found) =>
      "url" in found && "loc" in found ? [{ url: found.url, line: found.loc.start.line }] : [],
    );
  } catch (error) {
    const { message, loc } = error as Error & { loc?: { line: number } };
    throw new Error(`public/${path}:${loc?.line ?? 1}: ${message}.`, { cause: error });
  }
}

/** @returns An empty list for an address outside `public`. */
function toReferences(path: string, { text, start, isImport = false }: Address): readonly Reference[] {
  const url = new URL(text, BASE + encodePath(path));
  if (!url.href.startsWith(BASE)) return [];
  const address = text.replace(/[?#].*/s, "");
  // A part of the file itself, such as `url(#clip)`.
  if (address === "") return [];
  const target = decodeURIComponent(url.href.replace(/[?#].*/s, "").slice(BASE.length));
  return [{ target, start: start + address.lastIndexOf("/") + 1, end: start + address.length, isImport }];
}

function encodePath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

function mistakeAt(path: string, source: string, at: number, reason: string): Error {
  return new Error(`public/${path}:${source.slice(0, at).split("\n").length}: ${reason}`);
}
