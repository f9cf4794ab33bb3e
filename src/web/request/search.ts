/** Turns the text of a search into patterns or phrases that find it literally, in upper or lower case. */
import { storableText } from "./text.ts";

/** A search for 1 or 2 characters covers only this many of the newest rows. */
export const SHORT_SEARCH_ROWS = 1000;

/** FTS5 counts code points. */
const TRIGRAM = 3;

/** The schema of a search text: up to 200 characters; empty to list everything. @param what Such as "title or body". */
export function searchText(what: string) {
  return storableText()
    .max(200)
    .default("")
    .describe(
      `Lists only those whose ${what} contains this text, in upper or lower case. A text of 1 or 2 characters is searched for only in the newest ${SHORT_SEARCH_ROWS.toLocaleString("en-US")}.`,
    );
}

/**
 * Letters are compared one by one, by Unicode's simple case folding as FTS5 has it (Unicode 6.1): `ς` equals `Σ`, but
 * `ß` does not equal `SS`, `İ` does not equal `i`, and accents count. The composed and the decomposed form of a
 * character are equal, unless a text mixes both forms.
 *
 * An FTS5 index of trigrams finds texts of three characters or more. It cannot find shorter texts, so GLOB searches the
 * newest rows for them. Both compare letters in the same way.
 */
export type TextSearch =
  | { readonly kind: "all" }
  /** Patterns for GLOB, each at most 50 bytes, which is D1's limit. */
  | { readonly kind: "short"; readonly patterns: readonly string[] }
  /** Quoted phrases of FTS5. */
  | { readonly kind: "long"; readonly phrases: readonly string[] };

/** @returns Patterns or phrases of which a text must match at least one. */
export function parseSearch(q: string): TextSearch {
  if (q === "") return { kind: "all" };
  const spellings = [...new Set([q, q.normalize("NFC"), q.normalize("NFD")])];
  const isShort = spellings.some((spelling) => [...spelling].length < TRIGRAM);
  return isShort
    ? { kind: "short", patterns: spellings.map((spelling) => `*${Array.from(spelling, toGlob).join("")}*`) }
    : { kind: "long", phrases: spellings.map((spelling) => `"${spelling.replaceAll('"', '""')}"`) };
}

/** Whether a search covers only the newest rows. */
export function isShortSearch(q: string): boolean {
  return parseSearch(q).kind === "short";
}

/**
 * The letters of Unicode 6.1 that are not the upper or lower case of any other letter, such as the long s and the final
 * sigma.
 */
const MORE_CASES = [
  ..."\u212a\u017f\u212b\u1e9e\u01c5\u01c8\u01cb\u01f2\u1fbe\u03d0\u03f5",
  ..."\u03d1\u03f4\u0345\u03f0\u00b5\u03d6\u03f1\u03c2\u03d5\u2126\u1e9b",
  ..."\u1f88\u1f89\u1f8a\u1f8b\u1f8c\u1f8d\u1f8e\u1f8f",
  ..."\u1f98\u1f99\u1f9a\u1f9b\u1f9c\u1f9d\u1f9e\u1f9f",
  ..."\u1fa8\u1fa9\u1faa\u1fab\u1fac\u1fad\u1fae\u1faf\u1fbc\u1fcc\u1ffc",
];

/** Letters without a case for FTS5, since they have had one only since Unicode 7. */
const CASELESS =
  /[\u0390\u03b0\u037f\u03f3\u0528-\u052f\u10d0-\u10ff\u13a0-\u13ff\u1c80-\u1cbf\u1fd3\u1fe3\u2c2f\u2c5f\ua698-\ua69b\ua794-\ua79f\ua7ab-\ua7f6\uab53-\uabbf\ufb05\ufb06\u{10450}-\u{10ffff}]/u;

/** A pattern that matches a character in both cases. Brackets escape the wildcards of GLOB. */
function toGlob(character: string): string {
  const cases = casesOf(character);
  return cases.length > 1 || /[*?[]/.test(character) ? `[${cases.join("")}]` : character;
}

function casesOf(character: string): readonly string[] {
  if (CASELESS.test(character)) return [character];
  const [lower, upper] = [character.toLowerCase(), character.toUpperCase()];
  const candidates = new Set([character, lower, upper, lower.toUpperCase(), upper.toLowerCase(), ...MORE_CASES]);
  return [...candidates].filter((each) => isSameLetter(each, character) && !CASELESS.test(each));
}

/** With these flags, a regular expression compares by simple case folding. */
function isSameLetter(one: string, other: string): boolean {
  return [...one].length === 1 && new RegExp(`^${other.replace(/[\^$\\.*+?()[\]{}|/]/, "\\$&")}$`, "iu").test(one);
}
