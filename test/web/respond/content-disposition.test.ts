/** Names of downloads (RFC 6266), read again by parsers that are not ours. */
import { ContentDisposition } from "@remix-run/headers";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { contentDisposition } from "../../../src/web/respond/content-disposition.ts";
import { names, read } from "./disposition-names.ts";

describe("contentDisposition", () => {
  test.each(names)("gives %j back, and %j to who knows no filename*", (name, plain) => {
    for (const type of ["attachment", "inline"] as const) {
      const header = contentDisposition(type, name);
      expect(read(header)).toEqual({ type, plain, saved: name });
      const { type: typeRead, filename = "", preferredFilename = "" } = ContentDisposition.from(header);
      expect([typeRead, filename, preferredFilename]).toEqual([type, plain, name]);
    }
  });

  test.each(names)("says %j once where it is plain ASCII", (name, plain) => {
    expect(contentDisposition("attachment", name).includes("filename*")).toBe(name !== plain);
  });

  const nasty = fc.constantFrom(..."\"\\%;='*/\r\n\0 ");
  const anything = fc.string({ unit: fc.oneof(nasty, fc.string({ unit: "binary", minLength: 1, maxLength: 1 })) });
  const wellFormed = anything.filter((name) => name.isWellFormed());

  test("gives any name back in one line of visible ASCII, with a plain one of as many characters", () => {
    const property = fc.property(wellFormed, (name) => {
      const header = contentDisposition("attachment", name);
      expect(header).toMatch(/^[\x20-\x7e]+$/);
      const { type, plain = "", saved } = read(header);
      expect([type, saved, plain.length]).toEqual(["attachment", name, [...name].length]);
    });
    fc.assert(property, { numRuns: 3000 });
  });

  test("is the same to another parser", () => {
    // That one trims, and drops a byte order mark.
    const names = wellFormed.filter((name) => name !== "" && name === name.trim() && !name.includes("\ufeff"));
    const property = fc.property(names, (name) => {
      expect(ContentDisposition.from(contentDisposition("inline", name)).preferredFilename).toBe(name);
    });
    fc.assert(property, { numRuns: 2000 });
  });
});
