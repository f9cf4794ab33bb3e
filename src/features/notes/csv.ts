/** Notes as CSV (RFC 4180) that a spreadsheet can open without running what is in it. */
import type { Note } from "./schema.ts";

const FIELDS = ["id", "title", "body", "createdAt", "updatedAt"] as const;

/**
 * The places before what spreadsheets take for the beginning of a formula, also in full width: where a cell begins, and
 * where one would for a spreadsheet that splits at `;`, tabs or line ends, as those of other locales do, whatever the
 * quotes around it say. Spaces and quotes in front change nothing. The formula character is tried first: looking
 * back from every place of a long run of line ends would take quadratic time.
 */
const FORMULA = /(?=[=+\-@＝＋－＠])(?<=(?:^|[;\t\r\n])[\s"]*)/g;

/** The byte order mark: without it, Excel does not take the text for UTF-8. */
const BYTE_ORDER_MARK = "\uFEFF";

/** The lines of the export, the header first. What looks like a formula gets an apostrophe before it. */
export async function* toCsv(notes: AsyncIterable<Note>): AsyncGenerator<string, void, undefined> {
  yield BYTE_ORDER_MARK + toLine(FIELDS);
  for await (const note of notes) yield toLine(FIELDS.map((field) => note[field]));
}

function toLine(fields: readonly string[]): string {
  return `${fields.map(toField).join(",")}\r\n`;
}

function toField(text: string): string {
  const safe = text.replace(FORMULA, "'");
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
