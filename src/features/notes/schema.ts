/** Notes as types and schemas: input from clients, JSON for clients, rows of the database. */
import * as z from "zod";
import { describeBody, pageOf } from "../../web/contract/bodies.ts";
import { submission } from "../../web/pages/submission-field.ts";
import { numberedPageQuery } from "../../web/request/paging.ts";
import { searchText } from "../../web/request/search.ts";
import { storableText } from "../../web/request/text.ts";
import { uuid } from "../../web/request/uuid.ts";

const title = storableText().trim().min(1, "The title is empty").max(200, "The title is longer than 200 characters");
const body = storableText().max(20_000, "The text is longer than 20,000 characters");

/** A new note. Unknown fields are refused, since they may be misspelt. */
export const noteInput = z.strictObject({ title, body: body.default("") });

/** The label of a note's body on pages. */
export const BODY_LABEL = "Text";

/** The text of a note from a form, which has further fields and sends line ends as CRLF. */
export const noteForm = z.object({
  title,
  body: z
    .string()
    .default("")
    .transform((text) => text.replaceAll("\r\n", "\n"))
    .pipe(body)
    .meta({ title: BODY_LABEL }),
});

/** The form that creates a note. */
export const newNoteForm = noteForm.extend({ submission });

/** A form that changes a note. It names the version that it was rendered from, and has hashes of the texts that it has sent. */
export const noteChange = noteForm.extend({
  sent: z
    .string()
    .regex(/^[\da-f ]*$/, "The form was incomplete. Submit it again")
    .default("")
    .transform((hashes) => hashes.split(" ")),
  version: z
    .string("The version is missing")
    .regex(/^[1-9]\d{0,14}$/, "The version is not a positive integer")
    .transform(Number),
});

/** Enough for the longest body with all of its characters escaped. */
export const MAX_NOTE_BYTES = 256 * 1024;

/** A change to a note. Absent fields stay as they are. */
export const notePatch = z
  .strictObject({ title: title.optional(), body: body.optional() })
  .refine((patch) => Object.keys(patch).length > 0, "A title or a body is required")
  .meta({ description: "At least one of the two members", examples: [{ title: "A new title" }] });

/** A page of a list: of all notes, or of those whose title or body contains `q`. */
export const notesQuery = numberedPageQuery.extend({ q: searchText("title or body") });

export type NoteInput = z.output<typeof noteInput>;
export type NotePatch = z.output<typeof notePatch>;
export type NoteChange = z.output<typeof noteChange>;
export type NotesQuery = z.output<typeof notesQuery>;

/** A note as the API returns it. */
export const noteBody = z
  .object({
    id: uuid,
    title: z.string(),
    body: z.string(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: "Note" });

export const notesBody = pageOf(noteBody);

/** The export, which begins with a line of column names. */
export const csvBody = describeBody(z.string(), {
  mediaTypes: ["text/csv"],
  headers: { "Content-Disposition": "The file name of the download." },
});

export type Note = z.output<typeof noteBody>;

/** A note as stored. */
export interface StoredNote extends Note {
  readonly ownerId: string;
  /** 1 for a new note; each change adds 1. */
  readonly version: number;
}
