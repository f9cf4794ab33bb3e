import fc from "fast-check";
import { expect, test } from "vitest";
import { toCsv } from "../../../src/features/notes/csv.ts";

async function* notesOf(...titles: string[]) {
  for (const title of titles) yield { id: "i", title, body: "b", createdAt: "c", updatedAt: "u" };
}

async function fieldOf(title: string): Promise<string> {
  const [, line = ""] = await Array.fromAsync(toCsv(notesOf(title)));
  return line.slice("i,".length, -",b,c,u\r\n".length);
}

test("the first line names the fields, behind a byte order mark", async () => {
  expect(await Array.fromAsync(toCsv(notesOf()))).toEqual(["\uFEFFid,title,body,createdAt,updatedAt\r\n"]);
});

test.each(["=1+1", "+1", "-1", "@SUM(A1)", "＝1", "＋1", "－1", "＠x"])(
  "a formula such as %s gets an apostrophe",
  async (title) => {
    expect(await fieldOf(title)).toBe(`'${title}`);
  },
);

test.each([
  ["\t=1", "\t'=1"],
  ["\r=1", `"\r'=1"`],
  ["\n=1", `"\n'=1"`],
  [" =1", " '=1"],
  ["\u00a0=1", "\u00a0'=1"],
  ['"=1"', `"""'=1"""`],
  ["a;=1", "a;'=1"],
  ["a; -1;+1", "a; '-1;'+1"],
  ["a\t@x", "a\t'@x"],
  ['a;" =1', `"a;"" '=1"`],
  ["a\r\n-1\n＝1", `"a\r\n'-1\n'＝1"`],
  ["a ;\t \n=1", `"a ;\t \n'=1"`],
])("a formula that a spreadsheet may find in %j gets one, too", async (title, field) => {
  expect(await fieldOf(title)).toBe(field);
});

test.each(["a=1", "a - b", "a, -1", "'=1", "1;2", "a\tb", "b\nc", "\tb", "x;y=1"])(
  "there is no formula in %j",
  async (title) => expect(unquote(await fieldOf(title))).toBe(title),
);

/** A field as RFC 4180 reads it. */
const unquote = (field: string) => (field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field);

/** The rows as a naive spreadsheet reads them: it splits at line ends and one separator, outside of cells in quotes. */
function readNaively(text: string, separator: string): string[][] {
  const rows: string[][] = [[]];
  const cell = new RegExp(`("(?:[^"]|"")*(?:"|$))?([^${separator}\r\n]*)(${separator}|\r\n|\r|\n|$)`, "y");
  while (cell.lastIndex < text.length) {
    const [, quoted = "", plain = "", end] = cell.exec(text) ?? [];
    rows.at(-1)?.push(quoted.replace(/^"|"$/g, "").replaceAll('""', '"') + plain);
    if (end !== separator) rows.push([]);
  }
  return rows;
}

/** What matters for cells and formulas, and a letter. */
const risky = fc.string({ unit: fc.constantFrom(...'=+-@＝＋－＠;;,,\t\r\n  ""\'\u00a0a'), maxLength: 20 });

async function exportOf(title: string, body: string): Promise<string> {
  const notes = (async function* () {
    for (const id of ["1", "2"]) yield { id, title, body, createdAt: "c", updatedAt: "u" };
  })();
  return (await Array.fromAsync(toCsv(notes))).join("");
}

test.each([",", ";", "\t"])("no cell begins with a formula for a spreadsheet that splits at %j", async (separator) => {
  const property = fc.asyncProperty(risky, risky, async (title, body) => {
    const cells = readNaively(await exportOf(title, body), separator).flat();
    expect(cells.map((cell) => cell.replace(/^[\s"]+/, "")).filter((cell) => /^[=+\-@＝＋－＠]/.test(cell))).toEqual(
      [],
    );
  });
  await fc.assert(property, { numRuns: 3000 });
});

test("a reader of RFC 4180 gets every text back, but for the apostrophes", async () => {
  const property = fc.asyncProperty(risky, risky, async (title, body) => {
    const [, ...rows] = readNaively(await exportOf(title, body), ",");
    const plain = rows.slice(0, 2).map((row) => row.map((cell) => cell.replaceAll("'", "")));
    const texts = [title, body].map((text) => text.replaceAll("'", ""));
    expect(plain).toEqual(["1", "2"].map((id) => [id, ...texts, "c", "u"]));
  });
  await fc.assert(property, { numRuns: 1000 });
});

test("the longest body of line ends or separators takes no time to speak of", async () => {
  for (const unit of ["\n", ";", '"', "\n ", ";=", " ="]) {
    const startedAt = performance.now();
    await fieldOf(unit.repeat(20_000));
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  }
});

test("quotes are doubled, and fields with quotes, commas and line ends are quoted", async () => {
  expect(await fieldOf('a "b", c\r\nd')).toBe('"a ""b"", c\r\nd"');
  expect(await fieldOf("plain 茶")).toBe("plain 茶");
});
