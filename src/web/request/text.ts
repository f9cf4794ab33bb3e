/** Text from clients that is stored in the database. */
import * as z from "zod";

/**
 * Normalizes a text for case-insensitive search, in all scripts; SQLite folds only ASCII. To upper case, because the lower
 * case of sigma has two forms.
 */
export function foldCase(text: string): string {
  return text.normalize("NFC").toUpperCase();
}

/**
 * A string that can be stored unchanged: without lone surrogates, which UTF-8 cannot encode, and without NUL, at which
 * SQLite's text functions stop. zod counts its length in code points.
 */
export function storableText() {
  return z
    .string()
    .refine((text) => text.isWellFormed(), "The text must not contain a lone surrogate")
    .refine((text) => !text.includes("\0"), "The text must not contain a NUL character");
}
