/** Finds the lines that name a feature: imports, which block its removal, and mentions, which are reported. */
import { posix } from "node:path";

/** A line of a file. */
export interface Place {
  readonly path: string;
  readonly line: number;
  readonly text: string;
}

const CODE = /\.(ts|js|mjs|css)$/;

/** Reads the planned content of a file. */
export type Read = (path: string) => string;

/**
 * @param files The files that are kept.
 * @param removed The files and folders that are removed.
 * @returns The lines that import a removed file.
 */
export function findImports(read: Read, files: readonly string[], removed: readonly string[]): Place[] {
  const code = files.filter((path) => CODE.test(path));
  return findLines(read, code, (line, path) => {
    const targets = [...line.matchAll(/["'](\.{1,2}\/[^"'\n]+)["']/g)].map(([, target = ""]) => target);
    return targets.some((target) => isWithin(posix.join(posix.dirname(path), target), removed));
  });
}

/** Finds the lines that match. */
export function findLines(
  read: Read,
  files: readonly string[],
  isFound: (line: string, path: string) => boolean,
): Place[] {
  return files.flatMap((path) =>
    read(path)
      .split("\n")
      .map((text, index) => ({ path, line: index + 1, text: text.trim() }))
      .filter(({ text }) => isFound(text, path)),
  );
}

export function isWithin(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => path === folder || path.startsWith(`${folder}/`));
}

/** Tests whether a line names a feature: its folders, bindings, classes or page; in Markdown, also its name as code. */
export function isMention(feature: string, names: readonly string[]): (line: string, path: string) => boolean {
  const anyOf = (patterns: readonly string[]) => new RegExp(patterns.map((text) => `${text}(?![\\w-])`).join("|"));
  const everywhere = [`features/${feature}`, `public/${feature}/`, ...names.map((name) => `\\b${name}`)];
  const inSources = [...everywhere, `["'\`(](?:/api)?/${feature}`];
  const inMarkdown = [...inSources, `\`${feature}\``];
  return (line, path) => {
    if (path.endsWith(".md")) return anyOf(inMarkdown).test(line);
    return anyOf(path.startsWith("test/") ? everywhere : inSources).test(line);
  };
}

/** Removes the rows of a feature from tables whose first column is “Feature”. */
export function removeRows(markdown: string, feature: string): string {
  const row = new RegExp(`^\\|\\s*\`${feature}\`\\s*\\|`);
  let isInTable = false;
  const kept = markdown.split("\n").filter((line) => {
    if (!line.startsWith("|")) isInTable = false;
    else if (/^\|\s*Features?\s*\|/i.test(line)) isInTable = true;
    return !(isInTable && row.test(line));
  });
  return kept.join("\n");
}
