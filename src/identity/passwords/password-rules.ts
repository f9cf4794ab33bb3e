/** The rules for passwords: 8 to 256 characters that are hard to guess (NIST SP 800-63B §5.1.1.2). */
import { domainToUnicode } from "node:url";
import * as z from "zod";
import { APP_NAME } from "../../web/app/app-name.ts";
import { DEMO_PASSWORD } from "../../web/pages/demo-data.ts";
import { foldCase } from "../../web/request/text.ts";
import { COMMON_PASSWORDS } from "./common-passwords.ts";

const MIN_LENGTH = 8;
const MAX_LENGTH = 256;
const MIN_DISTINCT = 3;
/** A shorter stem does not make a password guessable: `123qwe` reveals little about `123-pelican`. */
const MIN_STEM_LETTERS = 4;

const TOO_LONG = `The password must not be longer than ${MAX_LENGTH} characters.`;

/**
 * A new password. The output is in the form that is hashed (NFKC). `personalProblem` checks the rules that depend on the
 * owner.
 */
export const newPassword = z
  .string()
  .meta({
    description: `${MIN_LENGTH} to ${MAX_LENGTH} characters that are hard to guess`,
    examples: ["plum ladder cobalt moss"],
  })
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
        "This password is one of the most common ones, or a variation of one. Choose a few random words.",
      ),
  );

/** A password at sign-in. Refuses, before hashing, only passwords that no account can have. */
export const givenPassword = z.string().min(1, "Enter the password.").refine(isHashable, TOO_LONG);

/**
 * Explains why this owner must not use a password: it consists of the owner's address or name, or the app's name, alone
 * or followed by digits or punctuation; or it is the published password of the demonstration accounts.
 *
 * @param password A password that `newPassword` accepts.
 * @param owner The account, which need not exist yet. The address is in its stored form.
 * @param isDevelopment Development allows the demonstration password.
 * @returns A message for the user; undefined if the owner may use the password.
 * @example
 * const problem = personalProblem("grace2026!", { email: "grace@example.com", name: "Grace Hopper" }, false);
 * // "The password is based on the e-mail address. …"
 */
export function personalProblem(
  password: string,
  owner: { readonly email: string; readonly name: string },
  isDevelopment: boolean,
): string | undefined {
  const guess = fold(password);
  if (!isDevelopment && guess === fold(DEMO_PASSWORD))
    return "This is the published password of the demonstration accounts. Choose a different one.";
  const [local = "", domain = ""] = owner.email.split("@");
  const sources = [
    { name: "the e-mail address", texts: [owner.email, `${local}@${domainToUnicode(domain)}`, local] },
    { name: "the name of the account", texts: [owner.name] },
    { name: "the name of this app", texts: [APP_NAME] },
  ];
  const source = sources.find(({ texts }) => texts.some((text) => isDerivedFrom(guess, fold(text))));
  return source && `The password is based on ${source.name}. Choose an unrelated one.`;
}

/** Normalization turns at most four characters into one, so a longer text is refused without normalizing it. */
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

/** The text up to and including its last letter. */
function stemOf(text: string): string {
  return text.replace(/\P{L}+$/u, "");
}

function isLongStem(stem: string): boolean {
  return stem.replace(/\P{L}/gu, "").length >= MIN_STEM_LETTERS;
}

/** Removes case, spaces and invisible characters, so that all spellings of a name compare as equal. */
function fold(text: string): string {
  return foldCase(text.normalize("NFKC")).replace(/[\s\p{Default_Ignorable_Code_Point}]/gu, "");
}

/** @param text May itself end in digits: `grace2026` is derived from `grace1990`. */
function isDerivedFrom(guess: string, text: string): boolean {
  if (text === "") return false;
  const stem = stemOf(text);
  if (isLongStem(stem) && stemOf(guess) === stem) return true;
  return guess.startsWith(text) && stemOf(guess.slice(text.length)) === "";
}
