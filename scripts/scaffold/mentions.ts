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

/** How a feature is named: its folders, its page, its bindings and classes, and in Markdown its name in backticks. */
export function mentionOf(feature: string, names: readonly string[]): RegExp {
  const ends = String.raw`(?![\w-])`;
  const words = names.map((name) => String.raw`\b${name}\b`);
  const paths = [`features/${feature}`, `public/${feature}/`, `["'\`(](?:/api)?/${feature}`].map((path) => path + ends);
  return new RegExp([...paths, `\`${feature}\``, ...words].join("|"));
}

/** Without the rows of tables whose first cell is the feature's name in backticks. */
export function removeRows(markdown: string, feature: string): string {
  return markdown.replace(new RegExp(`^\\|\\s*\`${feature}\`\\s*\\|.*(\\n|$)`, "gm"), "");
}
