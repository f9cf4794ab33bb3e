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

test("a formula behind a tab or a line end gets one, too", async () => {
  expect(await fieldOf("\t=1")).toBe("'\t=1");
  expect(await fieldOf("\r=1")).toBe(`"'\r=1"`);
  expect(await fieldOf("\n=1")).toBe(`"'\n=1"`);
});

test("quotes are doubled, and fields with quotes, commas and line ends are quoted", async () => {
  expect(await fieldOf('a "b", c\r\nd')).toBe('"a ""b"", c\r\nd"');
  expect(await fieldOf("plain 茶")).toBe("plain 茶");
});
