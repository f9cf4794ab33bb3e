/**
 * Locates the tables and keys of a TOML text, so that an edit changes no other line, comment or blank line. It assumes
 * valid TOML and does not check the rest of the text.
 */

/** A key with its value. Positions are offsets in the text. */
export interface TomlEntry {
  /** Such as `["simple", "limit"]` for `simple.limit = 5`. */
  readonly key: readonly string[];
  /** The start of the first comment line directly above, or else of the key's own line. */
  readonly start: number;
  /** After the line break that ends the value's last line. */
  readonly end: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

type InlineEntry = Pick<TomlEntry, "key" | "valueStart" | "valueEnd">;

/** A table, from its header to the next one. */
export interface TomlTable {
  /** Empty for the keys before the first header. */
  readonly path: readonly string[];
  /** Whether the header is `[[…]]`. */
  readonly isElement: boolean;
  /** The start of the first comment line directly above the header. */
  readonly start: number;
  /** The start of the next table. */
  readonly end: number;
  readonly entries: readonly TomlEntry[];
}

/** An element of an array. */
export interface TomlElement {
  readonly start: number;
  readonly end: number;
}

/** @returns The tables in the order of the text; the first is the one without a header. */
export function readTables(text: string): TomlTable[] {
  const tables: Writable<TomlTable>[] = [{ path: [], isElement: false, start: 0, end: text.length, entries: [] }];
  let position = 0;
  let commentStart: number | null = null;
  while (position < text.length) {
    const lineEnd = endOfLine(text, position);
    const line = text.slice(position, lineEnd).trim();
    const start: number = commentStart ?? position;
    const header = /^(\[\[?)(.*?)\]\]?\s*(#.*)?$/.exec(line);
    let next = lineEnd;
    if (line.startsWith("#")) commentStart = start;
    else commentStart = null;
    if (header) {
      const last = tables.at(-1);
      if (last) last.end = start;
      const path = readKey(header[2] ?? "");
      tables.push({ path, isElement: header[1] === "[[", start, end: text.length, entries: [] });
    } else if (line !== "" && !line.startsWith("#")) {
      const entry = readEntry(text, position, start);
      tables.at(-1)?.entries.push(entry);
      next = entry.end;
    }
    position = next;
  }
  return tables;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] extends readonly TomlEntry[] ? TomlEntry[] : T[K] };

function readEntry(text: string, position: number, start: number): TomlEntry {
  const equals = endOfKey(text, position);
  if (text[equals] !== "=") throw new SyntaxError(`TOML, line ${lineOf(text, position)}: the key has no value`);
  let valueStart = equals + 1;
  while (/[ \t]/.test(text[valueStart] ?? "")) valueStart++;
  const valueEnd = endOfValue(text, valueStart);
  return {
    key: readKey(text.slice(position, equals)),
    start,
    end: endOfLine(text, valueEnd),
    valueStart,
    valueEnd,
  };
}

/** The line of an offset, counted from 1. */
export function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}

function endOfLine(text: string, position: number): number {
  const found = text.indexOf("\n", position);
  return found < 0 ? text.length : found + 1;
}

/** `a."b.c".d` has three parts. */
export function readKey(text: string): string[] {
  const parts = text.matchAll(/"((?:\\.|[^"\\])*)"|'([^']*)'|[\w-]+/g);
  return [...parts].map(([bare, basic, literal]) => basic ?? literal ?? bare);
}

function endOfKey(text: string, position: number): number {
  let at = position;
  while (at < text.length && text[at] !== "=" && text[at] !== "\n") at = endOfString(text, at) ?? at + 1;
  return at;
}

/** The end of the value that begins at `position`: a string, an array, an inline table, or a word such as a number. */
function endOfValue(text: string, position: number): number {
  let depth = 0;
  let at = position;
  while (at < text.length) {
    const char = text[at] ?? "";
    const stringEnd = endOfString(text, at);
    if (stringEnd !== null) at = stringEnd;
    else if (char === "#" && depth > 0) at = endOfLine(text, at);
    else if (depth === 0 && /[\n#,\]}]/.test(char)) break;
    else {
      if ("[{".includes(char)) depth++;
      if ("]}".includes(char)) depth--;
      at++;
      if (depth === 0 && "]}".includes(char)) return at;
    }
  }
  return position + text.slice(position, at).trimEnd().length;
}

/** @returns Null if no string begins there. */
function endOfString(text: string, position: number): number | null {
  const string = /"""[\s\S]*?(?<!\\)"{3,5}|'''[\s\S]*?'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*'/y;
  string.lastIndex = position;
  return string.test(text) ? string.lastIndex : null;
}

/** The elements of the array that begins at `position`; null if there is none. */
export function readElements(text: string, position: number): TomlElement[] | null {
  if (text[position] !== "[") return null;
  const elements: TomlElement[] = [];
  let at = position + 1;
  for (;;) {
    while (/[\s,]/.test(text[at] ?? "") || text[at] === "#") at = text[at] === "#" ? endOfLine(text, at) : at + 1;
    if (at >= text.length || text[at] === "]") return elements;
    const end = endOfValue(text, at);
    elements.push({ start: at, end });
    at = Math.max(end, at + 1);
  }
}

/** The keys of the inline table that begins at `position`; null if there is none. */
export function readInlineTable(text: string, position: number): InlineEntry[] | null {
  if (text[position] !== "{") return null;
  const entries: InlineEntry[] = [];
  let at = position + 1;
  for (;;) {
    while (/[\s,]/.test(text[at] ?? "")) at++;
    if (at >= text.length || text[at] === "}") return entries;
    const { key, valueStart, valueEnd } = readEntry(text, at, at);
    entries.push({ key, valueStart, valueEnd });
    at = valueEnd;
  }
}

/** The string that begins at `position`; undefined if there is none. */
export function readString(text: string, position: number): string | undefined {
  const end = endOfString(text, position);
  if (end === null) return undefined;
  const string = text.slice(position, end);
  const quotes = /^("""|'''|"|')/.exec(string)?.[1] ?? "";
  const content = string.slice(quotes.length, -quotes.length);
  return quotes === '"' ? content.replace(/\\(["\\])/g, "$1") : content;
}
