/** Notes as CSV (RFC 4180) in which no cell can run as a formula of a spreadsheet. */
import type { Note } from "./schema.ts";

const FIELDS = ["id", "title", "body", "createdAt", "updatedAt"] as const;

/**
 * Matches before each character, full-width ones included, that starts a formula at the start of a cell. Spreadsheets
 * of other locales also split cells at `;`, tabs and line ends, even inside quotes. Spaces and quotes before the
 * character do not matter. The character is tested first, since looking back from every position in a long run of line
 * ends would take quadratic time.
 */
const FORMULA = /(?=[=+\-@＝＋－＠])(?<=(?:^|[;\t\r\n])[\s"]*)/g;

/** Without a byte order mark, Excel does not read the text as UTF-8. */
const BYTE_ORDER_MARK = "\uFEFF";

/** Yields the lines of the export, header first. An apostrophe precedes anything that looks like a formula. */
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
