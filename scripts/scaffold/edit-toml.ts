/** Edits TOML without changing any other line: removes tables, keys and elements of arrays, and changes strings. */
import { readElements, readInlineTable, readString, readTables, type TomlEntry, type TomlTable } from "./toml.ts";

/** A range of a text and its replacement. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A table with its strings, such as `binding = "FILES"`. */
export interface FoundTable {
  /** Such as `["r2_buckets"]`. */
  readonly path: readonly string[];
  /** Its strings by their keys. */
  readonly strings: Readonly<Record<string, string>>;
}

/** Removes tables, each with the comment directly above it and the tables nested in it. */
export function removeTables(text: string, isRemoved: (table: FoundTable) => boolean): string {
  const tables = readTables(text);
  const edits: Edit[] = [];
  let removed: readonly string[] | undefined;
  for (const table of tables.slice(1)) {
    const isNested = removed !== undefined && table.path.length > removed.length && startsWith(table.path, removed);
    if (!isNested) removed = isRemoved({ path: table.path, strings: stringsOf(text, table) }) ? table.path : undefined;
    if (removed) edits.push({ ...rangeOf(text, table), text: "" });
  }
  return tidyEnd(applyEdits(text, edits), edits.length > 0);
}

/** Replaces the lines of a table and keeps the comment above it. */
export function replaceTable(text: string, path: readonly string[], lines: readonly string[]): string {
  const table = readTables(text).find((candidate) => samePath(candidate.path, path));
  const [first, last] = [table?.entries[0], table?.entries.at(-1)];
  if (!first || !last) return text;
  return applyEdits(text, [{ start: first.start, end: last.end, text: `${lines.join("\n")}\n` }]);
}

/** Removes keys, each with the comment directly above it. */
export function removeEntries(text: string, isRemoved: (path: readonly string[]) => boolean): string {
  const edits = readTables(text).flatMap(({ path, entries }) =>
    entries.filter(({ key }) => isRemoved([...path, ...key])).map(({ start, end }) => ({ start, end, text: "" })),
  );
  return applyEdits(text, edits);
}

/** An element of an array: a string, or an inline table with its strings. */
export type FoundElement = string | Readonly<Record<string, string>>;

/** Removes elements of arrays. @param isRemoved Called with the path of the array's key. */
export function removeElements(
  text: string,
  isRemoved: (path: readonly string[], element: FoundElement) => boolean,
): string {
  for (const { path, entries } of readTables(text)) {
    for (const { key, valueStart } of entries) {
      const elements = readElements(text, valueStart) ?? [];
      const removed = elements.find(({ start }) => isRemoved([...path, ...key], readElement(text, start)));
      // One at a time, because the edits of neighbours overlap at their commas.
      if (removed)
        return removeElements(applyEdits(text, [editOfElement(text, removed.start, removed.end)]), isRemoved);
    }
  }
  return text;
}

/** Lists every table, and every inline table in an array, with its strings. */
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

/** Changes strings. @param change Returns the new string for a key; undefined leaves it unchanged. */
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

/** Removes an element with the comma after it, or else the one before it, and with its line if it is alone on one. */
function editOfElement(text: string, start: number, end: number): Edit {
  const [after = ""] = /^\s*,[ \t]*/.exec(text.slice(end)) ?? [];
  const [before = ""] = /[ \t]*$/.exec(text.slice(0, start)) ?? [];
  const ownsLine = text[start - before.length - 1] === "\n" && /^\s*(#.*)?\n/.test(text.slice(end + after.length));
  if (ownsLine) return { start: start - before.length, end: text.indexOf("\n", end) + 1, text: "" };
  if (after !== "") return { start, end: end + after.length, text: "" };
  const [comma = ""] = /,\s*$/.exec(text.slice(0, start)) ?? [];
  return { start: start - comma.length, end, text: "" };
}

/** A table's header and keys, with the blank lines after them. Comments that follow a blank line are kept. */
function rangeOf(text: string, { start, end, entries }: TomlTable): { start: number; end: number } {
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
