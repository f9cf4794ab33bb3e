/** Names of downloads, and a reader of the header that carries them (RFC 6266), which is not ours. */

/** RFC 6266 §4.1, with the characters of RFC 8187 §3.2.1, and nothing escaped. */
const HEADER =
  /^(attachment|inline); filename="([ !#$&-[\]-~]*)"(?:; filename\*=UTF-8''((?:[\w!#$&+.^`|~-]|%[\dA-F]{2})*))?$/;

export interface Read {
  readonly type: string | undefined;
  readonly plain: string | undefined;
  /** What a browser saves. */
  readonly saved: string | undefined;
}

export function read(header: string): Read {
  const [, type, plain, encoded] = HEADER.exec(header) ?? [];
  return { type, plain, saved: encoded === undefined ? plain : decode(encoded) };
}

/** Byte by byte, as RFC 8187 §3.2.3 says. */
function decode(encoded: string): string {
  const bytes = encoded.match(/%..|./g) ?? [];
  const codes = bytes.map((byte) => (byte.length === 3 ? Number.parseInt(byte.slice(1), 16) : byte.charCodeAt(0)));
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(new Uint8Array(codes));
}

export const names: readonly [name: string, plain: string][] = [
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
