/** Text that comes from a client and goes into the database and back. */
import * as z from "zod";

/**
 * A string that can be stored as it is: no lone surrogates, which UTF-8 cannot hold, and no NUL,
 * at which SQLite's text functions stop. Lengths count UTF-16 units, as `String.length` does.
 */
export function storableText() {
  return z
    .string()
    .refine((text) => text.isWellFormed(), "The text has a lone surrogate")
    .refine((text) => !text.includes("\0"), "The text has a NUL character");
}
