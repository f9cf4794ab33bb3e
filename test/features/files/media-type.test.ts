import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createContentTypeDetector } from "../../../src/features/files/content-type.ts";
import { isInert } from "../../../src/features/files/media-type.ts";
import { createAccount } from "../../harness.ts";
import { bytesOf, filePart, formOf, MIB, postForm, storeFile, streamOf } from "./files.ts";

/** The type of an upload with this content, whose client states a type. */
async function typeOf(content: Uint8Array, declared: string, name = ""): Promise<string> {
  const detector = createContentTypeDetector(declared, name);
  await detector.add(content);
  return detector.end().type;
}

const UNKNOWN = "application/octet-stream";

const hex = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");
const bytes = (...pieces: (string | Uint8Array)[]) => Buffer.concat(pieces.map((piece) => Buffer.from(piece)));
const box = (size: string, ...texts: string[]) => bytes(hex(size), ...texts.map((text) => Buffer.from(text, "latin1")));
/** The header of a ZIP's entry that is stored as it is. */
const entry = (name: string, content: Uint8Array) => {
  const sizes = Buffer.alloc(8);
  sizes.writeUInt32LE(content.byteLength, 0);
  sizes.writeUInt32LE(content.byteLength, 4);
  const lengths = Buffer.from([name.length, 0, 0, 0]);
  return bytes("PK\x03\x04", hex("0a00 0000 0000 0000 0000 00000000"), sizes, lengths, name, content);
};

/** What each type begins with, at least. */
const SAMPLES: Readonly<Record<string, Buffer>> = {
  "image/png": bytes(
    hex("89504e470d0a1a0a 0000000d"),
    "IHDR",
    hex("00000001000000010806000000 1f15c489 00000000"),
    "IDAT",
  ),
  "image/jpeg": bytes(hex("ffd8ffe0 0010"), "JFIF", hex("00 0101 00 00010001 0000 ffdb")),
  "image/gif": bytes("GIF89a", hex("0100010080000000000000000021f904")),
  "image/webp": bytes("RIFF", hex("1a000000"), "WEBPVP8L", hex("0d000000 2f000000")),
  "image/avif": box("0000001c", "ftypavif", "\0\0\0\0", "mif1avifmiaf"),
  "application/pdf": bytes("%PDF-1.7\n%", hex("e2e3cfd3"), "\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"),
  "application/zip": entry("a.txt", Buffer.from("text")),
  "video/mp4": box("00000018", "ftypisom", "\0\0\x02\0", "isommp42"),
  "video/webm": bytes(hex("1a45dfa3 9f 4286 81 01 4282 84"), "webm", hex("4287 81 04 4285 81 02")),
  "audio/mpeg": bytes("ID3", hex("0400 00 0000000a 00000000000000000000"), hex("fffb9064"), Buffer.alloc(400)),
  "audio/ogg": bytes(
    "OggS",
    hex("0002 0000000000000000 01000000 00000000 00000000 01 1e 01"),
    "vorbis",
    Buffer.alloc(23),
  ),
  "audio/wav": bytes(
    "RIFF",
    hex("24000000"),
    "WAVEfmt ",
    hex("10000000 0100 0100 44ac0000 88580100 0200 1000"),
    "data",
  ),
};
const SAMPLE_LIST = Object.entries(SAMPLES);

/** Types that a browser runs, styles a page with, or renders as a page, when it believes them. */
const ACTIVE = /[/+](x-)?(html|xhtml|xml|svg|css|xsl|javascript|ecmascript|x-mixed)/;

/** What may be declared, and is not believed. */
const REFUSED = [
  "text/html",
  "application/xhtml+xml",
  "image/svg+xml",
  "application/xml",
  "text/xml",
  "application/javascript",
  "text/javascript",
  "text/css",
  "image/png",
  "application/pdf",
  "application/wasm",
  "text/plain; charset=utf-7",
  "TEXT/PLAIN",
  "text/plainx",
  "multipart/x-mixed-replace",
  "",
  "constructor",
];

describe("the type of an upload", () => {
  test.each(SAMPLE_LIST)("recognises %s by its bytes, whatever is declared", async (type, sample) => {
    const declared = ["", type, "text/html", "text/plain", "image/svg+xml", "application/json", "image/x-other"];
    for (const claim of declared) expect(await typeOf(sample, claim)).toBe(type);
  });

  test.each(SAMPLE_LIST)("tells %s by as much of a long file as it gets", async (type, sample) => {
    expect(await typeOf(bytes(sample, bytesOf(4100)).subarray(0, 4100), "")).toBe(type);
  });

  test("tells a ZIP whose first entry goes on behind the head, and an MP3 whose cover does", async () => {
    expect(await typeOf(entry("a.bin", bytesOf(MIB)).subarray(0, 4100), "")).toBe("application/zip");
    const tag = bytes("ID3", hex("0300 00 00100000"), bytesOf(5000));
    expect(await typeOf(tag.subarray(0, 4100), "")).toBe("audio/mpeg");
  });

  test.each(["text/plain", "text/csv", "text/markdown"])("believes %s", async (declared) => {
    for (const text of ["", "a,b\n1,2\n", '{"a":1}', "<html><script>alert(1)</script>", "\ufeffÜber"]) {
      expect(await typeOf(Buffer.from(text), declared)).toBe(declared);
    }
  });

  test.each(REFUSED)("does not believe %j", async (declared) => {
    expect(await typeOf(Buffer.from("text of no type"), declared)).toBe(UNKNOWN);
    expect(await typeOf(bytesOf(4100), declared)).toBe(UNKNOWN);
  });

  const active: Readonly<Record<string, string | Uint8Array>> = {
    HTML: "<!doctype html><script>alert(1)</script>",
    "HTML behind a byte order mark": "\ufeff<html><script>alert(1)</script>",
    SVG: '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "XML that is SVG": '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "XML that is XHTML":
      '\ufeff<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></html>',
    "XML in UTF-16": Buffer.from('\ufeff<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "utf16le"),
    "a script": "alert(1)",
    "a stylesheet": "@import url(//evil.example);",
    "an XSL stylesheet": '<?xml-stylesheet href="#x"?><html/>',
  };
  test.each(Object.entries(active))("gives %s no type that a browser renders or runs", async (_, content) => {
    for (const declared of REFUSED) expect(await typeOf(Buffer.from(content), declared)).not.toMatch(ACTIVE);
  });

  test("takes UTF-16 for the text that it is declared to be", async () => {
    const text = Buffer.from("\ufeffUnicode text", "utf16le");
    expect(await typeOf(text, "text/plain")).toBe("text/plain");
    expect(await typeOf(text, "audio/mpeg")).toBe("application/octet-stream");
  });

  test("gives a media type without parameters for an Opus file", async () => {
    const opus = bytes(
      "OggS",
      hex("0002 0000000000000000 01000000 00000000 00000000 01 13"),
      "OpusHead",
      Buffer.alloc(11),
    );
    expect(await typeOf(opus, "")).toBe("audio/ogg");
  });

  test("gives a harmless type or none for any input", async () => {
    const magic = fc.constantFrom(
      ...Object.values(SAMPLES),
      Buffer.from("PK\x03\x04"),
      hex("1f8b08"),
      Buffer.from("<?xml "),
    );
    const cut = fc.tuple(magic, fc.nat(64)).map(([sample, length]) => sample.subarray(0, length));
    const changes = fc.array(fc.tuple(fc.nat(80), fc.integer({ min: 0, max: 255 })), { maxLength: 6 });
    const random = fc.uint8Array({ maxLength: 4100 });
    const heads = fc.tuple(fc.oneof(cut, magic, fc.constant(Buffer.alloc(0))), random, changes);
    const property = fc.asyncProperty(heads, fc.constantFrom(...REFUSED), async ([start, rest, changed], declared) => {
      const head = new Uint8Array(bytes(start, rest)).subarray(0, 4100);
      for (const [at, byte] of changed) if (at < head.byteLength) head[at] = byte;
      const type = await typeOf(head, declared);
      expect(type).toMatch(/^[\w.+-]+\/[\w.+-]+$/);
      expect(type).not.toMatch(ACTIVE);
    });
    await fc.assert(property, { numRuns: 2000 });
  }, 60_000);
});

describe("isInert", () => {
  const inert = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "text/plain"];
  test.each(inert)("says that %s may be shown", (type) => expect(isInert(type)).toBe(true));

  const others = [...REFUSED, "text/csv", "application/json", UNKNOWN, "image/bmp", "toString"];
  test.each(others.filter((type) => !inert.includes(type)))("says that %j may not", (type) => {
    expect(isInert(type)).toBe(false);
  });
});

describe("an upload", () => {
  const png = new Uint8Array(bytes(SAMPLES["image/png"] ?? "", bytesOf(6 * MIB)));
  const dicom = new Uint8Array(bytes(Buffer.alloc(128), "DICM", bytesOf(100)));

  test("has the type of its first bytes, whatever its sender says", async () => {
    const me = await createAccount();
    const type = { "Content-Type": "text/plain" };
    expect((await storeFile(me, "photo.txt", png, type)).type).toBe("image/png");
    expect((await storeFile(me, "scan.txt", streamOf(dicom, undefined, 1), type)).type).toBe("application/dicom");
    expect((await storeFile(me, "page.html", "<html>", { "Content-Type": "text/html" })).type).toBe(UNKNOWN);
    const form = formOf(
      filePart("a", png, "text/plain"),
      filePart("b", "<html>", "text/html"),
      filePart("c", "<svg/>"),
    );
    const { files } = await (await postForm(me, form)).json<{ files: { type: string }[] }>();
    expect(files.map(({ type }) => type)).toEqual(["image/png", UNKNOWN, UNKNOWN]);
  });

  test("has the declared type if the bytes say nothing and the type is harmless", async () => {
    const me = await createAccount();
    const type = { "Content-Type": "Text/CSV; charset=utf-8" };
    expect((await storeFile(me, "a", "a,b", type)).type).toBe("text/csv");
    const response = await postForm(me, formOf(filePart("a", "# A", "TEXT/Markdown;charset=utf-8"), filePart("b", "")));
    const { files } = await response.json<{ files: { type: string }[] }>();
    expect(files.map(({ type }) => type)).toEqual(["text/markdown", UNKNOWN]);
  });

  const names = {
    "a.txt": "text/plain",
    "a.b.CSV": "text/csv",
    "README.md": "text/markdown",
    "a.json": "application/json",
  };
  const others = ["a.html", "a.svg", "a.js", "a.css", "a.xml", "a.png", "txt.", "notxt", "a.constructor"];
  const expected = [...Object.entries(names), ...others.map((name) => [name, UNKNOWN] as const)];
  test.each(expected)("of %s is %s if neither bytes nor sender say more", async (name, type) => {
    const me = await createAccount();
    expect((await storeFile(me, name, Buffer.from("7"))).type).toBe(type);
    const { files } = await (await postForm(me, formOf(filePart(name, "7")))).json<{ files: { type: string }[] }>();
    expect(files.map(({ type }) => type)).toEqual([type]);
    const html = { "Content-Type": "text/html" };
    expect((await storeFile(me, name, Buffer.from("7"), html)).type).toBe(UNKNOWN);
  });
});
