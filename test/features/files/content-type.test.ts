/** The media type and the charset of an upload, by its bytes, its client's statement and its name. */
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ContentType, createContentTypeDetector } from "../../../src/features/files/content-type.ts";
import { createAccount, send } from "../../harness.ts";
import { bytesOf, filePart, formOf, KIB, MIB, postForm, storeFile } from "./files.ts";

const UNKNOWN = "application/octet-stream";

/** @param blocks The content as it is written: all blocks but the last are long. */
async function detect(blocks: readonly (string | Uint8Array)[], declared = "", name = ""): Promise<ContentType> {
  const detector = createContentTypeDetector(declared, name);
  for (const block of blocks) await detector.add(Buffer.from(block));
  return detector.end();
}

const latin1 = (text: string) => Buffer.from(text, "latin1");
const json = (value: unknown) => JSON.stringify(value);
const LONG_JSON = json(Array.from({ length: 9000 }, (_, n) => ({ n, text: "Grün 茶" })));

type Row = readonly [content: string | Uint8Array, declared: string, name: string, type: string, charset?: "utf-8"];
const rows: Readonly<Record<string, Row>> = {
  "README.md of curl -F": ["# Grün", UNKNOWN, "README.md", "text/markdown", "utf-8"],
  "a file of curl -T": ["a,b", "", "a.csv", "text/csv", "utf-8"],
  "a file of curl --data-binary": ["{}", "application/x-www-form-urlencoded", "a.json", "application/json"],
  "a CSV file of a browser on Windows": ["a,b", "application/vnd.ms-excel", "a.csv", "text/csv", "utf-8"],
  "a text that is stated": ["text", "text/plain", "a.md", "text/plain", "utf-8"],
  "a text with no statement and no extension": ["text", "", "README", UNKNOWN],
  "an empty text": ["", "", "a.txt", "text/plain", "utf-8"],
  "an empty file that is stated to be JSON": ["", "application/json", "a.json", UNKNOWN],
  "UTF-8 with a byte order mark": ["\ufeffGrün", "text/plain", "", "text/plain", "utf-8"],
  "text with tabs, form feeds and colors": ["\t\f\r\n\x1b[1m", "text/plain", "", "text/plain", "utf-8"],
  "Latin-1": [latin1("Grün und weiß"), "text/plain", "", "text/plain"],
  "Latin-1 by its name": [latin1("ü,ö\n1,2"), UNKNOWN, "a.csv", "text/csv"],
  "Windows-1252": [Buffer.from([0x93, 0x41, 0x94, 0x20, 0x80]), "text/plain", "", "text/plain"],
  "UTF-16": [Buffer.from("\ufeffGrün", "utf16le"), "text/plain", "", "text/plain"],
  "UTF-16, big-endian": [Buffer.from("\ufeffGrün", "utf16le").swap16(), "text/plain", "", "text/plain"],
  "UTF-16 that is cut off": [Buffer.from("\ufeffGrün", "utf16le").subarray(0, -1), "text/plain", "", UNKNOWN],
  "UTF-16 with a lone surrogate": [Buffer.from("\ufeff\ud800.", "utf16le"), "text/plain", "", UNKNOWN],
  "UTF-16 with NUL": [Buffer.from("\ufeffa\0b", "utf16le"), "text/plain", "", UNKNOWN],
  "UTF-16 that is stated to be JSON": [Buffer.from("\ufeff{}", "utf16le"), "application/json", "", UNKNOWN],
  "text with NUL": ["a\0b", "text/plain", "a.txt", UNKNOWN],
  "text with a control character": ["a\x01b", "text/csv", "a.csv", UNKNOWN],
  "Latin-1 with NUL": [latin1("ü\0"), "text/plain", "", UNKNOWN],
  "text that ends within a character": [Buffer.from("Grü").subarray(0, -1), "text/plain", "", "text/plain"],
  "random bytes that are stated to be text": [bytesOf(1000), "text/plain", "a.txt", UNKNOWN],
  "random bytes that are stated to be JSON": [bytesOf(1000), "application/json", "a.json", UNKNOWN],
  "few bytes that are no text": [Buffer.from([0, 1, 2, 3]), "text/plain", "", UNKNOWN],
  JSON: [json({ a: "Grün" }), "application/json", "", "application/json"],
  "JSON with a byte order mark": ["\ufeff[1]", "application/json", "", "application/json"],
  "JSON that is a number": [" 7\n", "application/json", "", "application/json"],
  "JSON of many bytes": [LONG_JSON, "application/json", "", "application/json"],
  "JSON of many bytes, in spaces": [`\n ${" ".repeat(5000)}${LONG_JSON}\n`, "application/json", "", "application/json"],
  "text that is stated to be JSON": ["hello", "application/json", "a.txt", "text/plain", "utf-8"],
  "text in braces that is stated to be JSON": ["{hello}", "application/json", "", UNKNOWN],
  "JSON that is cut off": [LONG_JSON.slice(0, -1), "application/json", "a.json", UNKNOWN],
  "two lines of JSON": ["{}\n{}", "application/json", "", UNKNOWN],
  "JSON in Latin-1": [latin1(json({ a: "Grün" })), "application/json", "", UNKNOWN],
  "much text that is stated to be JSON": ["1,2\n".repeat(2000), "application/json", "a.csv", "text/csv", "utf-8"],
  "JSON that is stated to be text": ["{}", "text/plain", "a.json", "text/plain", "utf-8"],
  "a page that is stated to be one": ["<p>", "text/html", "a.txt", UNKNOWN],
  "a picture that is stated to be one, and is text": ["a picture", "image/png", "a.png", UNKNOWN],
  "a text that begins like a bitmap": ["BMW and Mini", "text/plain", "", "text/plain", "utf-8"],
  "a text that begins like a program": ["MZ 250", UNKNOWN, "a.md", "text/markdown", "utf-8"],
  "a bitmap": [Buffer.from("BM\x3a\0\0\0\0\0\0\0\x36\0\0\0", "latin1"), "text/plain", "", "image/bmp"],
  "a program": [Buffer.from("MZ\x90\0\x03\0\0\0", "latin1"), "text/plain", "", "application/x-msdownload"],
  "a picture": [Buffer.from("GIF89a\x01\0\x01\0\0\0\0", "latin1"), "text/plain", "a.txt", "image/gif"],
};

test.each(Object.entries(rows))("%s", async (_, [content, declared, name, type, charset = null]) => {
  expect(await detect([content], declared, name)).toEqual({ type, charset });
});

describe("a long file", () => {
  const text = Buffer.from("Grün 茶 🍵 ".repeat(20_000));

  test("is UTF-8 wherever it is cut, also within a character", async () => {
    const cuts = fc.array(fc.integer({ min: 5000, max: text.byteLength }), { maxLength: 5 });
    const property = fc.asyncProperty(cuts, fc.nat(12), async (cuts, shift) => {
      const ends = [...cuts.sort((a, b) => a - b), text.byteLength];
      const blocks = ends.map((end, n) => text.subarray(n === 0 ? 0 : ends[n - 1], end));
      // The inner pieces are cut every 64 KiB: shifted, they begin within each byte of a character.
      const first = Buffer.concat([Buffer.from("x".repeat(shift)), blocks[0] ?? text]);
      expect(await detect([first, ...blocks.slice(1)], "text/plain")).toEqual({ type: "text/plain", charset: "utf-8" });
    });
    await fc.assert(property, { numRuns: 100 });
  });

  const late: [what: string, ending: Uint8Array, expected: ContentType][] = [
    ["invalid UTF-8", latin1("ü."), { type: "text/plain", charset: null }],
    ["half a character", Buffer.from("茶").subarray(0, 2), { type: "text/plain", charset: null }],
    ["NUL", Buffer.from("\0"), { type: UNKNOWN, charset: null }],
    ["invalid UTF-8, then NUL", latin1("ü\0"), { type: UNKNOWN, charset: null }],
  ];
  test.each(late)("with %s late is no UTF-8", async (_, ending, expected) => {
    for (const end of [[Buffer.concat([text, ending])], [text, ending]])
      expect(await detect(end, "text/plain")).toEqual(expected);
    const [half, rest] = [text.subarray(0, 2 * 64 * KIB), text.subarray(2 * 64 * KIB)];
    expect((await detect([half, ending, rest], "text/plain")).charset).toBeNull();
  });

  test("that is invalid early refuses the rest, too", async () => {
    const early = Buffer.concat([latin1("ü "), text]);
    expect(await detect([early], "text/plain")).toEqual({ type: "text/plain", charset: null });
    expect(await detect([early, "\0"], "text/plain")).toEqual({ type: UNKNOWN, charset: null });
  });
});

describe("a file as it is downloaded", () => {
  const downloads: [name: string, content: Uint8Array<ArrayBuffer>, type: string][] = [
    ["utf-8.txt", new Uint8Array(Buffer.from("Grün")), "text/plain; charset=utf-8"],
    ["latin-1.txt", new Uint8Array(latin1("Grün")), "text/plain"],
    ["late.txt", new Uint8Array(Buffer.concat([Buffer.alloc(6 * MIB, "Grün "), latin1("ü")])), "text/plain"],
    ["late.md", new Uint8Array(Buffer.concat([Buffer.alloc(6 * MIB, "a"), Buffer.from("\0")])), UNKNOWN],
    ["data.json", new Uint8Array(Buffer.from("{}")), "application/json"],
  ];
  test.each(downloads)("%s has its true type and charset", async (name, content, type) => {
    const me = await createAccount();
    for (const stated of [{}, { "Content-Type": UNKNOWN }]) {
      const { url } = await storeFile(me, name, content, stated);
      const response = await send(`${url}?inline=1`, { headers: me.headers });
      await response.body?.cancel();
      expect(response.headers.get("Content-Type")).toBe(type);
    }
  });

  test("of a form is typed as curl states it", async () => {
    const me = await createAccount();
    const response = await postForm(me, formOf(filePart("README.md", "# A", UNKNOWN), filePart("a.bin", "x", UNKNOWN)));
    const { files } = await response.json<{ files: { type: string }[] }>();
    expect(files.map(({ type }) => type)).toEqual(["text/markdown", UNKNOWN]);
  });
});
