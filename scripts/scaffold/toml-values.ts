/** Reads the values of a TOML text. It assumes valid TOML, as `toml.ts` does. */
import { readElements, readInlineTable, readString, readTables } from "./toml.ts";

export type TomlValue = string | number | boolean | TomlObject | readonly TomlValue[];
export interface TomlObject {
  readonly [key: string]: TomlValue;
}
type Table = { [key: string]: TomlValue };

/** Reads a TOML text. @returns The tables as nested objects. A date is a string. */
export function parseToml(text: string): TomlObject {
  const root = emptyTable();
  for (const { path, isElement, entries } of readTables(text)) {
    const table = path.length === 0 ? root : openTable(root, path, isElement);
    for (const { key, valueStart, valueEnd } of entries) put(table, key, readValue(text, valueStart, valueEnd));
  }
  return root;
}

function emptyTable(): Table {
  return Object.create(null);
}

/** Returns the table of a header. A header `[[…]]` appends a table to its array. */
function openTable(root: Table, path: readonly string[], isElement: boolean): Table {
  const last = path.at(-1) ?? "";
  const parent = path.slice(0, -1).reduce(enter, root);
  if (!isElement) return enter(parent, last);
  const added = emptyTable();
  const before = parent[last];
  parent[last] = [...(Array.isArray(before) ? before : []), added];
  return added;
}

/** Returns the table of a key, or the last table of an array of tables. Creates a missing table. */
function enter(table: Table, key: string): Table {
  const found = table[key] ?? emptyTable();
  table[key] = found;
  const inner = Array.isArray(found) ? found.at(-1) : found;
  if (typeof inner !== "object") throw new SyntaxError(`TOML: ${key} is both a value and a table`);
  return inner as Table;
}

function put(table: Table, key: readonly string[], value: TomlValue): void {
  key.slice(0, -1).reduce(enter, table)[key.at(-1) ?? ""] = value;
}

/** @param end Read only for a value that is not a string, an array or an inline table. */
function readValue(text: string, start: number, end: number): TomlValue {
  const elements = readElements(text, start);
  if (elements) return elements.map((element) => readValue(text, element.start, element.end));
  const entries = readInlineTable(text, start);
  if (entries) {
    const table = emptyTable();
    for (const { key, valueStart, valueEnd } of entries) put(table, key, readValue(text, valueStart, valueEnd));
    return table;
  }
  return readString(text, start) ?? readWord(text.slice(start, end));
}

function readWord(word: string): string | number | boolean {
  if (word === "true" || word === "false") return word === "true";
  const number = Number(word.replaceAll("_", ""));
  return word === "" || Number.isNaN(number) ? word : number;
}
