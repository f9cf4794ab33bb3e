/** Which passwords an account may have: 8 to 256 characters that are hard to guess (NIST SP 800-63B §5.1.1.2). */
import { domainToUnicode } from "node:url";
import * as z from "zod";
import { APP_NAME } from "../../web/app/app-name.ts";
import { DEMO_PASSWORD } from "../../web/pages/demo-data.ts";
import { foldCase } from "../../web/request/text.ts";
import { COMMON_PASSWORDS } from "./common-passwords.ts";

const MIN_LENGTH = 8;
const MAX_LENGTH = 256;
const MIN_DISTINCT = 3;
/** A stem with fewer letters does not make a password guessable: `123qwe` says little about `123-pelican`. */
const MIN_STEM_LETTERS = 4;

const TOO_LONG = `The password must not be longer than ${MAX_LENGTH} characters.`;

/**
 * A new password, in the form in which it is hashed (NFKC) and judged. `personalProblem` refuses what depends on the
 * owner.
 */
export const newPassword = z
  .string()
  .refine((text) => text.isWellFormed(), "The password contains a lone surrogate, which cannot be stored.")
  .refine(isHashable, TOO_LONG)
  .transform((text) => text.normalize("NFKC"))
  .pipe(
    z
      .string()
      .min(MIN_LENGTH, { error: `The password must have at least ${MIN_LENGTH} characters.`, abort: true })
      .refine(
        (text) => new Set(text.toLowerCase()).size >= MIN_DISTINCT,
        `The password must have at least ${MIN_DISTINCT} different characters.`,
      )
      .refine(
        (text) => !isCommon(text),
        "This password is among the most common, or one of those with another ending. Choose a few random words.",
      ),
  );

/** The password that somebody signs in with. It is refused only where no account can have it, before it is hashed. */
export const givenPassword = z.string().min(1, "Enter the password.").refine(isHashable, TOO_LONG);

/**
 * The reason why this owner may not use a password that others may: it is made from the address, the name, or the
 * app's name, alone or with digits or signs behind it, or it is the published one of the demonstration accounts.
 *
 * @param password A password that `newPassword` accepts.
 * @param owner The account, or what it will be. The address is in its stored form.
 * @param isDevelopment Development allows the demonstration password.
 * @returns A message that says what to do; undefined where the owner may use the password.
 * @example
 * const problem = personalProblem("grace2026!", { email: "grace@example.com", name: "Grace Hopper" }, false);
 * // "The password is made from the e-mail address. …"
 */
export function personalProblem(
  password: string,
  owner: { readonly email: string; readonly name: string },
  isDevelopment: boolean,
): string | undefined {
  const guess = fold(password);
  if (!isDevelopment && guess === fold(DEMO_PASSWORD))
    return "This is the published password of the demonstration accounts. Choose another.";
  const [local = "", domain = ""] = owner.email.split("@");
  const sources = [
    { name: "the e-mail address", texts: [owner.email, `${local}@${domainToUnicode(domain)}`, local] },
    { name: "the name of the account", texts: [owner.name] },
    { name: "the name of this app", texts: [APP_NAME] },
  ];
  const source = sources.find(({ texts }) => texts.some((text) => isDerivedFrom(guess, fold(text))));
  return source && `The password is made from ${source.name}. Choose one that has nothing to do with it.`;
}

/** Normalization makes at least one character of four, so a text too long for that is not normalized. */
function isHashable(text: string): boolean {
  const maxUnits = MAX_LENGTH * 4 * 2;
  return text.length <= maxUnits && [...text.normalize("NFKC")].length <= MAX_LENGTH;
}

const COMMON = new Set(COMMON_PASSWORDS);
const COMMON_STEMS = new Set(COMMON_PASSWORDS.map(stemOf).filter(isLongStem));

function isCommon(password: string): boolean {
  const lower = password.toLowerCase();
  return COMMON.has(lower) || COMMON_STEMS.has(stemOf(lower));
}

/** The text without the characters behind its last letter. */
function stemOf(text: string): string {
  return text.replace(/\P{L}+$/u, "");
}

function isLongStem(stem: string): boolean {
  return stem.replace(/\P{L}/gu, "").length >= MIN_STEM_LETTERS;
}

/** In one case, without spaces and characters that nobody sees: in which spellings of a name agree. */
function fold(text: string): string {
  return foldCase(text.normalize("NFKC")).replace(/[\s\p{Default_Ignorable_Code_Point}]/gu, "");
}

/** @param text May end in digits of its own: `grace1990` makes `grace2026`. */
function isDerivedFrom(guess: string, text: string): boolean {
  if (text === "") return false;
  const stem = stemOf(text);
  if (isLongStem(stem) && stemOf(guess) === stem) return true;
  return guess.startsWith(text) && stemOf(guess.slice(text.length)) === "";
}
