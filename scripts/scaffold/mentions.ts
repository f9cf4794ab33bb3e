/** Where the rest of the project names a feature: imports, which hold its removal up, and words, which its owner reads. */
import { posix } from "node:path";

/** A line of a file. */
export interface Place {
  readonly path: string;
  readonly line: number;
  readonly text: string;
}

const CODE = /\.(ts|js|mjs|css)$/;

/** Reads a file as it will be. */
export type Read = (path: string) => string;

/**
 * @param files Those that stay.
 * @param removed Files and folders that go.
 * @returns The lines that import one of these.
 */
export function findImports(read: Read, files: readonly string[], removed: readonly string[]): Place[] {
  const code = files.filter((path) => CODE.test(path));
  return findLines(read, code, (line, path) => {
    const targets = [...line.matchAll(/["'](\.{1,2}\/[^"'\n]+)["']/g)].map(([, target = ""]) => target);
    return targets.some((target) => isWithin(posix.join(posix.dirname(path), target), removed));
  });
}

/** The lines for which this holds. */
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

/** Whether a line names a feature: its folders, bindings and classes, its page, in Markdown also its name as code. */
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

/** Without the rows of a feature in tables whose first column is headed “Feature”, as code. */
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
