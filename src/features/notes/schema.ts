/** What a note is, to a client and to the database. */
import * as z from "zod";
import { pageQuery } from "../../web/request/paging.ts";
import { storableText } from "../../web/request/text.ts";

const title = storableText().trim().min(1, "The title is empty").max(200, "The title is longer than 200 characters");
const body = storableText().max(20_000, "The body is longer than 20,000 characters");

/** A note to be made. A field that is none of a note's is refused: it may be a slip of the keyboard. */
export const noteInput = z.strictObject({ title, body: body.default("") });

/** The same from a form, which has fields of its own besides, and sends each line's end as two characters. */
export const noteForm = z.object({
  title,
  body: z
    .string()
    .default("")
    .transform((text) => text.replaceAll("\r\n", "\n"))
    .pipe(body),
});

/** A form that changes a note says which version it was filled in from. */
export const noteChange = noteForm.extend({
  version: z
    .string("The version is missing")
    .regex(/^[1-9]\d{0,14}$/, "The version is not one that a page gave")
    .transform(Number),
});

/** Room for the longest body, its characters escaped. */
export const MAX_NOTE_BYTES = 256 * 1024;

/** A change to a note: what is absent stays. */
export const notePatch = z
  .strictObject({ title: title.optional(), body: body.optional() })
  .refine((patch) => Object.keys(patch).length > 0, "Give a title, a body, or both");

/** A list of notes, all or those that have `q` in their title or body. */
export const notesQuery = pageQuery.extend({ q: storableText().max(200).default("") });

export type NoteInput = z.output<typeof noteInput>;
export type NotePatch = z.output<typeof notePatch>;
export type NotesQuery = z.output<typeof notesQuery>;

/** A note as the API shows it. Times are ISO 8601, UTC. */
export interface Note {
  readonly id: string;
  readonly title: string;
  readonly body: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** A note as it is stored. */
export interface StoredNote extends Note {
  readonly ownerId: string;
  /** How many times it was written; the first is 1. */
  readonly version: number;
}
