/** What may be typed as an address, a name and the rest of an account, and in which form it is stored. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { displayName, emailAddress, normalizeEmail } from "../../../src/identity/users/account-schema.ts";

/** WHATWG HTML §4.10.5.1.5, as it is printed there. */
const HTML_EMAIL =
  /^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/;

const label = "a".repeat(63);
/** An address of that many characters. */
const addressOf = (length: number) => `${"u".repeat(length - 12)}@example.com`;

describe("an e-mail address", () => {
  test.each([
    "o&m@example.com",
    "a/b@x",
    "user=tag@example.com",
    "user+tag@example.com",
    "!#$%&'*+/=?^_`{|}~-@example.com",
    ".a..b.@example.com",
    "root@localhost",
    "user@xn--mnchen-3ya.de",
    "user@example.xn--zckzah",
    "user@xn--zzzzz.example",
    "user@a--b.example",
    "user@127.0.0.1",
    "user@1",
    "user@0x7f",
    "user@1.2",
    `user@${label}.${label}.com`,
    addressOf(254),
  ])("%s is stored as it is", (email) => {
    expect(normalizeEmail(email)).toBe(email);
    expect(emailAddress.safeParse(email)).toMatchObject({ success: true, data: email });
  });

  test.each([
    ["User@Example.COM", "user@example.com"],
    [" \t\r\nuser@example.com\u00a0\n", "user@example.com"],
    ["USER@XN--MNCHEN-3YA.DE", "user@xn--mnchen-3ya.de"],
    ["user@münchen.de", "user@xn--mnchen-3ya.de"],
    ["user@MÜNCHEN.de", "user@xn--mnchen-3ya.de"],
    ["user@mu\u0308nchen.de", "user@xn--mnchen-3ya.de"],
    ["user@münchen。de", "user@xn--mnchen-3ya.de"],
    ["user@ｅｘａｍｐｌｅ．ｃｏｍ", "user@example.com"],
    ["user@exam\u00adple.com", "user@example.com"],
    ["user@例え.テスト", "user@xn--r8jz45g.xn--zckzah"],
    ["user@xn--r8jz45g.テスト", "user@xn--r8jz45g.xn--zckzah"],
    ["user@straße.de", "user@xn--strae-oqa.de"],
    ["user@شب\u200cها.ir", "user@xn--mgbb9azet94o.ir"],
    ["user@한국.kr".normalize("NFD"), "user@xn--3e0b707e.kr"],
  ])("%j is stored as %s", (typed, stored) => {
    expect(normalizeEmail(typed)).toBe(stored);
    expect(emailAddress.parse(typed)).toBe(stored);
  });

  test.each([
    ["nothing", ""],
    ["no @", "example.com"],
    ["no local part", "@example.com"],
    ["no domain", "user@"],
    ["two @", "user@x@example.com"],
    ["two @ around an international domain", "user@ü@example.com"],
    ["a wide @", "user＠example.com"],
    ["a name", "User <user@example.com>"],
    ["a quoted local part", '"a b"@example.com'],
    ["a space", "us er@example.com"],
    ["a line break", "user\n@example.com"],
    ["an international local part", "üser@example.com"],
    ["a Kelvin sign for a k", "\u212aate@example.com"],
    ["a wide letter in the local part", "ｕser@example.com"],
    ["an address literal", "user@[127.0.0.1]"],
    ["a dot at the end", "user@example.com."],
    ["a dot at the beginning", "user@.example.com"],
    ["two dots", "user@example..com"],
    ["a hyphen at the beginning", "user@-example.com"],
    ["a hyphen at the end", "user@example-.com"],
    ["an underscore", "user@ex_ample.com"],
    ["a label of 64 characters", `user@a${label}.com`],
    ["255 characters", addressOf(255)],
    ["a comma", "a@example.com,b@example.com"],
    ["an international domain with a dot at the end", "user@münchen.de."],
    ["an international domain with a wide dot at the end", "user@münchen.de。"],
    ["an international domain with two dots", "user@münchen..de"],
    ["an international domain with a port", "user@münchen.de:80"],
    ["an international domain with a wide port", "user@münchen.de：８０"],
    ["an international domain with a path", "user@münchen.de/x"],
    ["an international domain with a backslash", "user@münchen.de\\x"],
    ["an international domain with a query", "user@münchen.de?x"],
    ["an international domain with a fragment", "user@münchen.de#x"],
    ["an international domain with an escape", "user@münchen%2ede"],
    ["an international domain with a wide escape", "user@münchen％2ede"],
    ["an international domain with a tab", "user@mün\tchen.de"],
    ["an international domain with a space", "user@mün chen.de"],
    ["an international domain with an underscore", "user@mün_chen.de"],
    ["an international domain with a wide underscore", "user@mün＿chen.de"],
    ["a sign that stands for a path", "user@example.com\u2100x"],
    ["a label that becomes longer than 63", `user@${"茶".repeat(60)}${"ü".repeat(10)}.de`],
    ["a domain of nothing visible", "user@\u00ad"],
    ["a direction in a domain", "user@\u202eexample.com"],
    ["a stray joiner in a domain", "user@ü\u200dx.de"],
    ["a lone surrogate in a domain", "user@\ud800.com"],
    ["an IPv4 address in wide digits", "user@１２７.0.0.1"],
    ["one wide number", "user@１"],
    ["a wide hexadecimal number", "user@０x7f"],
    ["a number behind wide dots", "user@127。0。0。1"],
    ["an international name ending in a number", "user@例え.1"],
  ])("with %s is refused", (_, typed) => {
    expect(normalizeEmail(typed)).toBeUndefined();
    expect(emailAddress.safeParse(typed).error?.issues).toEqual([
      expect.objectContaining({ path: [], message: expect.stringMatching(/name@example\.com/) }),
    ]);
  });

  test.each([undefined, null, 7, {}, ["user@example.com"]])("%j is refused", (typed) => {
    expect(emailAddress.safeParse(typed).success).toBe(false);
  });

  test("is 254 characters at most in its stored form", () => {
    const domain = `${"ü".repeat(40)}.de`;
    const long = (length: number) =>
      `${"u".repeat(length - 1 - (normalizeEmail(`u@${domain}`) ?? "").length + 2)}@${domain}`;
    expect(normalizeEmail(long(254))).toHaveLength(254);
    expect(normalizeEmail(long(255))).toBeUndefined();
    expect(normalizeEmail(`user@${"\u00ad".repeat(300)}münchen.de`)).toBe("user@xn--mnchen-3ya.de");
  });

  const ascii = fc.oneof(
    fc.constantFrom(...'aZ09.-@_+&/=%[]"\\ :é'),
    fc.constantFrom("user", "@x", ".com", "xn--", "@example.com", label),
  );

  test("of ASCII is accepted exactly if a browser accepts it, and changed in its case only", () => {
    let accepted = 0;
    fc.assert(
      fc.property(fc.array(ascii, { maxLength: 8 }), (pieces) => {
        const text = pieces
          .join("")
          .replace(/[^ -~]/g, "")
          .trim();
        const isValid = HTML_EMAIL.test(text) && text.length <= 254;
        accepted += Number(isValid);
        return normalizeEmail(text) === (isValid ? text.toLowerCase() : undefined);
      }),
      { numRuns: 3000 },
    );
    expect(accepted).toBeGreaterThan(100);
  });

  test("of any text is refused or has one stored form, which a browser accepts and which stays", () => {
    const nasty = fc.constantFrom(
      "%2e",
      "％",
      "：",
      "／",
      "。",
      "１",
      "ⅷ",
      "ﬀ",
      "㏇",
      "℀",
      "İ",
      "ſ",
      "K",
      "\u200d",
      "\u00ad",
    );
    const piece = fc.oneof(
      ascii,
      nasty,
      fc.integer({ min: 0, max: 0x10ffff }).map((code) => String.fromCodePoint(code)),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
        const stored = normalizeEmail(`user@${pieces.join("")}`);
        if (stored === undefined) return true;
        return HTML_EMAIL.test(stored) && stored === stored.toLowerCase() && normalizeEmail(stored) === stored;
      }),
      { numRuns: 3000 },
    );
  });

  // No sharp s and no final sigma: in capitals they are other domains (UTS 46, nontransitional).
  const letter = fc.constantFrom(..."abkz", ..."äéñőůžøåç", ..."жцё", ..."αώ", ..."한국말", ..."例え茶", ..."ガパ");
  const name = fc.array(letter, { minLength: 1, maxLength: 8 }).map((letters) => letters.join(""));
  const domain = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join("."));

  test.each<[string, (domain: string, stored: string) => string]>([
    ["in capitals", (text) => text.toUpperCase()],
    ["in form NFD", (text) => text.normalize("NFD")],
    ["in form NFD and capitals", (text) => text.toUpperCase().normalize("NFD")],
    ["with ideographic dots", (text) => text.replaceAll(".", "。")],
    ["with wide dots", (text) => text.replaceAll(".", "．")],
    ["with half-width ideographic dots", (text) => text.replaceAll(".", "｡")],
    ["in wide letters", (text) => text.replace(/[a-z]/g, (char) => String.fromCodePoint(char.charCodeAt(0) + 0xfee0))],
    ["with its first label in ASCII", (text, stored) => text.replace(/^[^.]+/, stored.split(".")[0] ?? "")],
    ["in ASCII", (_, stored) => stored],
    ["in ASCII capitals", (_, stored) => stored.toUpperCase()],
  ])("of an international domain %s is the same account", (_, spell) => {
    fc.assert(
      fc.property(domain, (text) => {
        const stored = normalizeEmail(`user@${text}`);
        expect([text, stored]).toEqual([text, expect.stringMatching(HTML_EMAIL)]);
        const spelling = spell(text, stored?.slice("user@".length) ?? "");
        expect([spelling, normalizeEmail(` USER@${spelling}`)]).toEqual([spelling, stored]);
      }),
    );
  });
});

describe("a display name", () => {
  test.each([
    ["letters", "Ada Lovelace"],
    ["one letter", "A"],
    ["digits only", "4711"],
    ["digits of another script", "٤٧"],
    ["a number sign", "Ⅷ"],
    ["ideographs", "山田 太郎"],
    ["Persian with a non-joiner", "می\u200cخواهم"],
    ["Devanagari with a joiner", "क्\u200dष"],
    ["Malayalam with a joiner", "ന്\u200dറെ"],
    ["an emoji of joined ones beside letters", "Ada 👩\u200d🚀"],
    ["an emoji before letters", "🚀Ada"],
    ["joiners apart from each other", "a\u200cb\u200dc"],
    ["a combining mark", "Zoe\u0308"],
    ["markup", "<b>Ada</b>"],
    ["100 characters", "a".repeat(100)],
    ["100 characters beyond U+FFFF", "𝕏".repeat(100)],
  ])("of %s is accepted", (_, name) => {
    expect(displayName.parse(name)).toBe(name);
  });

  test("is trimmed", () => {
    expect(displayName.parse(" \t\u3000Ada \r\n")).toBe("Ada");
  });

  test.each([
    ["nothing", ""],
    ["spaces", " \u3000\n"],
    ["101 characters", "a".repeat(101)],
    ["signs only", "!?-_."],
    ["an emoji only", "🚀"],
    ["a mark only", "\u0301"],
    ["a joiner only", "\u200d"],
    ["a Hangul filler only", "\u3164"],
    ["a line break", "Ada\nLovelace"],
    ["a carriage return", "Ada\rLovelace"],
    ["a tab", "Ada\tLovelace"],
    ["a NUL", "Ada\0"],
    ["an escape", "Ada\x1b[31m"],
    ["a C1 control", "Ada\x85Lovelace"],
    ["a line separator", "Ada\u2028Lovelace"],
    ["a paragraph separator", "Ada\u2029Lovelace"],
    ["a zero-width space", "Ada\u200bLovelace"],
    ["a zero-width space at the end", "Ada\u200b"],
    ["a word joiner", "Ada\u2060Lovelace"],
    ["a byte order mark", "Ada\ufeffLovelace"],
    ["a right-to-left override", "Ada\u202ecod.exe"],
    ["an isolate", "\u2066Ada\u2069"],
    ["a left-to-right mark", "Ada\u200e"],
    ["an Arabic letter mark", "Ada\u061c"],
    ["a soft hyphen", "Love\u00adlace"],
    ["a grapheme joiner", "A\u034fda"],
    ["a variation selector", "❤\ufe0fAda"],
    ["a variation selector of the supplement", "葛\u{e0100}城"],
    ["a Mongolian variation selector", "ᠠ\u180b"],
    ["a tag", "Ada\u{e0041}"],
    ["a Hangul filler", "Ada\u3164"],
    ["a half-width Hangul filler", "Ada\uffa0"],
    ["a Hangul choseong filler", "Ada\u115fB"],
    ["a Khmer inherent vowel", "ក\u17b4ខ"],
    ["a musical control", "Ada\u{1d173}B"],
    ["a lone surrogate", "Ada\ud83d"],
    ["a joiner first", "\u200dAda"],
    ["a joiner last", "Ada\u200d"],
    ["a non-joiner first", "\u200cAda"],
    ["a non-joiner last", "Ada\u200c"],
    ["a joiner last, before a space", "Ada\u200d "],
    ["two joiners", "A\u200d\u200dda"],
    ["two non-joiners", "A\u200c\u200cda"],
    ["a joiner and a non-joiner", "A\u200d\u200cda"],
    ["a joiner beside something invisible", "A\u200b\u200dda"],
  ])("with %s is refused", (_, name) => {
    expect(displayName.safeParse(name).error?.issues[0]?.message).toMatch(/name|text/);
  });

  test("has no invisible character in any place", () => {
    const invisible = /[\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
    for (let code = 0; code <= 0x10ffff; code++) {
      const char = String.fromCodePoint(code);
      if (!invisible.test(char)) continue;
      const isJoiner = char === "\u200c" || char === "\u200d";
      if (displayName.safeParse(`A${char}B`).success !== isJoiner) expect.fail(`U+${code.toString(16)}`);
    }
  });
});
