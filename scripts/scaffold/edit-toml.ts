/** Edits of TOML that leave every other line as it was: tables, keys and elements of arrays are taken out. */
import { readElements, readInlineTable, readString, readTables, type TomlEntry, type TomlTable } from "./toml.ts";

/** A stretch of a text and what takes its place. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The table with this key set to this string, such as `binding = "FILES"`. */
export interface FoundTable {
  /** Such as `["r2_buckets"]`. */
  readonly path: readonly string[];
  /** Its strings by their keys. */
  readonly strings: Readonly<Record<string, string>>;
}

/** Takes a table out, with the comment directly above it and the tables nested in it. */
export function removeTables(text: string, isRemoved: (table: FoundTable) => boolean): string {
  const tables = readTables(text);
  const edits: Edit[] = [];
  let removed: readonly string[] | undefined;
  for (const table of tables.slice(1)) {
    const isNested = removed !== undefined && table.path.length > removed.length && startsWith(table.path, removed);
    if (!isNested) removed = isRemoved({ path: table.path, strings: stringsOf(text, table) }) ? table.path : undefined;
    if (removed) edits.push({ ...stretchOf(text, table), text: "" });
  }
  return tidyEnd(applyEdits(text, edits), edits.length > 0);
}

/** Replaces the lines of a table with others, under the comment that it has. */
export function replaceTable(text: string, path: readonly string[], lines: readonly string[]): string {
  const table = readTables(text).find((candidate) => samePath(candidate.path, path));
  const [first, last] = [table?.entries[0], table?.entries.at(-1)];
  if (!first || !last) return text;
  return applyEdits(text, [{ start: first.start, end: last.end, text: `${lines.join("\n")}\n` }]);
}

/** Takes keys out, each with the comment directly above it. */
export function removeEntries(text: string, isRemoved: (path: readonly string[]) => boolean): string {
  const edits = readTables(text).flatMap(({ path, entries }) =>
    entries.filter(({ key }) => isRemoved([...path, ...key])).map(({ start, end }) => ({ start, end, text: "" })),
  );
  return applyEdits(text, edits);
}

/** Something in an array: a string, or an inline table by its strings. */
export type FoundElement = string | Readonly<Record<string, string>>;

/** Takes elements out of arrays. @param isRemoved Asked with the path of the array's key. */
export function removeElements(
  text: string,
  isRemoved: (path: readonly string[], element: FoundElement) => boolean,
): string {
  for (const { path, entries } of readTables(text)) {
    for (const { key, valueStart } of entries) {
      const elements = readElements(text, valueStart) ?? [];
      const gone = elements.find(({ start }) => isRemoved([...path, ...key], readElement(text, start)));
      // One at a time: the commas of neighbours are not to be removed twice.
      if (gone) return removeElements(applyEdits(text, [editOfElement(text, gone.start, gone.end)]), isRemoved);
    }
  }
  return text;
}

/** Every table and every inline table of an array, by its strings. */
export function listTables(text: string): FoundTable[] {
  return readTables(text).flatMap((table) => [
    { path: table.path, strings: stringsOf(text, table) },
    ...table.entries.flatMap(({ key, valueStart }) =>
      (readElements(text, valueStart) ?? []).flatMap(({ start }) => {
        const element = readElement(text, start);
        return typeof element === "string" ? [] : [{ path: [...table.path, ...key], strings: element }];
      }),
    ),
  ]);
}

/** Changes strings. @param change Gives the string for a key, or undefined to leave what is there. */
export function changeStrings(
  text: string,
  change: (path: readonly string[], value: string) => string | undefined,
): string {
  const edits = readTables(text).flatMap(({ path, entries }) =>
    entries.flatMap((entry) => {
      const value = readString(text, entry.valueStart);
      const changed = value === undefined ? undefined : change([...path, ...entry.key], value);
      if (changed === undefined) return [];
      return [{ start: entry.valueStart, end: entry.valueEnd, text: JSON.stringify(changed) }];
    }),
  );
  return applyEdits(text, edits);
}

function stringsOf(text: string, { entries }: { readonly entries: readonly Pick<TomlEntry, "key" | "valueStart">[] }) {
  const strings = entries.map(({ key, valueStart }) => [key.join("."), readString(text, valueStart)] as const);
  return Object.fromEntries(strings.filter((pair): pair is readonly [string, string] => pair[1] !== undefined));
}

function readElement(text: string, start: number): FoundElement {
  return readString(text, start) ?? stringsOf(text, { entries: readInlineTable(text, start) ?? [] });
}

/** With the comma behind it, else with the one before; a line that it had for itself goes too. */
function editOfElement(text: string, start: number, end: number): Edit {
  const [behind = ""] = /^\s*,[ \t]*/.exec(text.slice(end)) ?? [];
  const [before = ""] = /[ \t]*$/.exec(text.slice(0, start)) ?? [];
  const ownsLine = text[start - before.length - 1] === "\n" && /^\s*(#.*)?\n/.test(text.slice(end + behind.length));
  if (ownsLine) return { start: start - before.length, end: text.indexOf("\n", end) + 1, text: "" };
  if (behind !== "") return { start, end: end + behind.length, text: "" };
  const [comma = ""] = /,\s*$/.exec(text.slice(0, start)) ?? [];
  return { start: start - comma.length, end, text: "" };
}

/** A table's header and keys with the blank lines behind them. Comments that stand apart stay. */
function stretchOf(text: string, { start, end, entries }: TomlTable): { start: number; end: number } {
  const header = /^(\s*#.*\n)*\s*\[.*(\n|$)/.exec(text.slice(start, end))?.[0].length ?? 0;
  const contentEnd = entries.at(-1)?.end ?? start + header;
  const [blank = ""] = /^(?:[ \t]*\r?\n)*/.exec(text.slice(contentEnd)) ?? [];
  return { start, end: contentEnd + blank.length };
}

function tidyEnd(text: string, isEdited: boolean): string {
  return isEdited ? `${text.trimEnd()}\n` : text;
}

function applyEdits(text: string, edits: readonly Edit[]): string {
  const inOrder = edits.toSorted((a, b) => b.start - a.start);
  return inOrder.reduce((edited, { start, end, text: put }) => edited.slice(0, start) + put + edited.slice(end), text);
}

function startsWith(path: readonly string[], prefix: readonly string[]): boolean {
  return prefix.every((part, index) => path[index] === part);
}

function samePath(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && startsWith(a, b);
}
