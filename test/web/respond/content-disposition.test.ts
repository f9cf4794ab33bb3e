/** Names of downloads (RFC 6266), read again by parsers that are not ours. */
import { ContentDisposition } from "@remix-run/headers";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { contentDisposition } from "../../../src/web/respond/content-disposition.ts";
import { type Account, createAccount, send } from "../../harness.ts";

/** RFC 6266 §4.1, with the characters of RFC 8187 §3.2.1, and nothing escaped. */
const HEADER =
  /^(attachment|inline); filename="([ !#$&-[\]-~]*)"(?:; filename\*=UTF-8''((?:[\w!#$&+.^`|~-]|%[\dA-F]{2})*))?$/;

interface Read {
  readonly type: string | undefined;
  readonly plain: string | undefined;
  /** What a browser saves. */
  readonly saved: string | undefined;
}

function read(header: string): Read {
  const [, type, plain, encoded] = HEADER.exec(header) ?? [];
  return { type, plain, saved: encoded === undefined ? plain : decode(encoded) };
}

/** Byte by byte, as RFC 8187 §3.2.3 says. */
function decode(encoded: string): string {
  const bytes = encoded.match(/%..|./g) ?? [];
  const codes = bytes.map((byte) => (byte.length === 3 ? Number.parseInt(byte.slice(1), 16) : byte.charCodeAt(0)));
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(new Uint8Array(codes));
}

const names: readonly [name: string, plain: string][] = [
  ["report.pdf", "report.pdf"],
  ["a b  c.txt", "a b  c.txt"],
  ["semi;colon, comma=equals.txt", "semi;colon, comma=equals.txt"],
  ["it's (1) *~`^|{}[]<>?:@!#$&+.txt", "it's (1) *~`^|{}[]<>?:@!#$&+.txt"],
  ['say "hi".txt', "say _hi_.txt"],
  ['"; filename="evil.exe', "_; filename=_evil.exe"],
  ["back\\slash.txt", "back_slash.txt"],
  ["trailing\\", "trailing_"],
  ["100%.txt", "100_.txt"],
  ["%41%22%0d%0a.txt", "_41_22_0d_0a.txt"],
  ["naïve café.txt", "na_ve caf_.txt"],
  ["'()*é.txt", "'()*_.txt"],
  ["日本語.txt", "___.txt"],
  ["👩‍👩‍👧 family.png", "_____ family.png"],
  ["\u{10ffff}.txt", "_.txt"],
  ["e\u0301.txt", "e_.txt"],
  ["\u2028\u0085.txt", "__.txt"],
  ["a\r\nSet-Cookie: x=y\0\x7f\t.txt", "a__Set-Cookie: x=y___.txt"],
  ["UTF-8''x.txt", "UTF-8''x.txt"],
  ["", ""],
];

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

describe("a file", { timeout: 60_000 }, () => {
  let me: Account;
  beforeAll(async () => {
    me = await createAccount();
  });

  /** @returns Its name as the API tells it and as it is downloaded; undefined where the name is refused. */
  async function roundTrip(name: string): Promise<{ told: string; downloaded: Read } | undefined> {
    const [{ headers }, bindings] = [me, { API_RATE_LIMIT: 100_000 }];
    const put = await send(`/api/files/${encodeURIComponent(name)}`, { method: "PUT", headers, body: "x" }, bindings);
    if (put.status !== 201) return undefined;
    const file = await put.json<{ name: string; url: string }>();
    const response = await send(file.url, { headers }, bindings);
    await response.text();
    return { told: file.name, downloaded: read(response.headers.get("Content-Disposition") ?? "") };
  }

  const storable = names.filter(([name]) => !/^$|[\\\p{Cc}\u2028]/u.test(name));
  test.each(storable)("is downloaded as %j, or as %j", async (name, plain) => {
    const downloaded = { type: "attachment", plain, saved: name };
    expect(await roundTrip(name)).toEqual({ told: name, downloaded });
  });

  const broken = ["a\r\nb", "a\nb", "a\rb", "a\0b", "a\u0085b", "a\u2028b", "a\\b"];
  test.each(broken)("is not stored as %j", async (name) => {
    expect(await roundTrip(name)).toBeUndefined();
  });

  /** Slashes, line ends and other control characters, turns of the direction of writing. */
  const REFUSED = /[/\\\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u;

  test("is downloaded by whatever name it was taken in with", async () => {
    const name = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 30 })
      .filter((name) => !/^\.{0,2}$/.test(name.trim()));
    const property = fc.asyncProperty(name, async (name) => {
      const got = await roundTrip(name);
      if (REFUSED.test(name.trim())) expect(got).toBeUndefined();
      else expect([got?.told, got?.downloaded.saved]).toEqual([name.trim(), name.trim()]);
    });
    await fc.assert(property, { numRuns: 150 });
  });
});
