/** Text that comes from a client and goes into the database and back. */
import * as z from "zod";

/**
 * The form of a text in which a search compares it, in which letters of every script have one case. Capitals,
 * since a small sigma is written in two ways; SQLite knows ASCII only.
 */
export function foldCase(text: string): string {
  return text.normalize("NFC").toUpperCase();
}

/**
 * A string that can be stored as it is: no lone surrogates, which UTF-8 cannot hold, and no NUL,
 * at which SQLite's text functions stop. Lengths count code points, as zod does.
 */
export function storableText() {
  return z
    .string()
    .refine((text) => text.isWellFormed(), "The text has a lone surrogate")
    .refine((text) => !text.includes("\0"), "The text has a NUL character");
}
