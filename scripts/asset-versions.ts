/**
 * Gives each file of `public` a version that covers the files it refers to. References are rewritten to versioned names in
 * dependency order, so a change in an imported module changes the version of every module that imports it, and a page
 * never mixes files of two versions.
 */
import { createHash } from "node:crypto";
import { versionedPath } from "../src/assets/manifest.ts";
import { findReferences, type Reference } from "./asset-references.ts";
import { findComponents } from "./components.ts";
import type { PublicFile } from "./public-files.ts";

/** A file as it is published. */
export interface VersionedFile extends PublicFile {
  /** 16 hexadecimal digits. */
  readonly version: string;
  /** The paths of all modules that this one imports statically, directly or not. Empty for other files. */
  readonly modules: readonly string[];
}

/** @throws Error that names the file and the line of a reference that cannot be versioned, or to a missing file. */
export async function versionFiles(files: readonly PublicFile[]): Promise<readonly VersionedFile[]> {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const references = new Map<string, readonly Reference[]>();
  for (const file of files) {
    // Checked one by one, so that an error names the part.
    for (const part of file.parts ?? []) await findReferences(part);
    const found = await findReferences(file);
    const missing = found.find(({ target }) => !byPath.has(target));
    if (missing) throw new Error(`public/${file.path} refers to ${missing.target}, which does not exist.`);
    references.set(file.path, found);
  }
  const targetsOf = (path: string) => (references.get(path) ?? []).map(({ target }) => target);
  const versions = new Map<string, string>();
  const rewrite = ({ path, bytes }: PublicFile) => rewriteReferences(bytes, references.get(path) ?? [], versions);
  for (const component of findComponents([...byPath.keys()], targetsOf)) {
    // Files that refer to each other get their versions from all of their contents, before the versions are in them.
    const isCycle = component.length > 1 || component.some((path) => targetsOf(path).includes(path));
    const contents = component.sort().map((path) => ({ path, bytes: rewrite(fileAt(byPath, path)) }));
    const digest = contents.reduce((hash, { path, bytes }) => hash.update(`${path}\0`).update(bytes), sha256());
    const shared = digest.digest("hex");
    for (const { path, bytes } of contents)
      versions.set(path, versionOf(isCycle ? sha256().update(`${shared}\0${path}`) : sha256().update(bytes)));
  }
  const importsOf = (path: string) =>
    (references.get(path) ?? []).filter(({ isImport }) => isImport).map(({ target }) => target);
  return files.map((file) => ({
    path: file.path,
    bytes: rewrite(file),
    version: versions.get(file.path) ?? "",
    modules: reach(file.path, importsOf),
  }));
}

function fileAt(byPath: ReadonlyMap<string, PublicFile>, path: string): PublicFile {
  const file = byPath.get(path);
  if (!file) throw new Error(`public/${path} does not exist.`);
  return file;
}

const sha256 = () => createHash("sha256");

function versionOf(hash: ReturnType<typeof sha256>): string {
  return hash.digest("hex").slice(0, 16);
}

/** Rewrites the references to files that have a version. Bytes without such references stay as they are. */
function rewriteReferences(
  bytes: Uint8Array,
  references: readonly Reference[],
  versions: ReadonlyMap<string, string>,
): Uint8Array {
  const known = references.filter(({ target }) => versions.has(target)).sort((a, b) => b.start - a.start);
  if (known.length === 0) return bytes;
  const rewritten = known.reduce((source, { target, start, end }) => {
    const name =
      versionedPath(target, { version: versions.get(target) ?? "" })
        .split("/")
        .at(-1) ?? "";
    return source.slice(0, start) + encodeName(name) + source.slice(end);
  }, Buffer.from(bytes).toString());
  return Buffer.from(rewritten);
}

/** Encodes a file name for a string or `url()` in the source. */
function encodeName(name: string): string {
  return encodeURIComponent(name).replace(/['()]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);
}

/** The paths that are reachable from one, without itself. */
function reach(start: string, nextOf: (path: string) => readonly string[]): readonly string[] {
  const found = new Set([start]);
  for (const path of found) for (const next of nextOf(path)) found.add(next);
  found.delete(start);
  return [...found];
}
