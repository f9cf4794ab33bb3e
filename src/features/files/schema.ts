/** Files as types and schemas: names from clients, JSON for clients, rows of the database; and their size limits. */
import * as z from "zod";
import { describeBody, pageOf, rawBody } from "../../web/contract/bodies.ts";
import { ETAG } from "../../web/contract/route-properties.ts";
import { storableText } from "../../web/request/text.ts";
import { uuid } from "../../web/request/uuid.ts";

const MIB = 1024 * 1024;
export const MAX_FILE_BYTES = 25 * MIB;
export const MAX_REQUEST_BYTES = 100 * MIB;
export const MAX_PARTS = 100;

/** Control characters, line ends, and bidirectional controls, which can make `gpj.exe` look like `exe.jpg`. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u;

/** A name is shown to people, and never becomes part of a path. */
export const fileName = storableText()
  .trim()
  .min(1, "The name is empty")
  .max(255, "The name is longer than 255 characters")
  .refine((name) => !UNPRINTABLE.test(name), "The name contains a control character")
  .refine((name) => !/[/\\]/.test(name), "The name contains a slash")
  .refine((name) => name !== "." && name !== "..", "The name must not be . or ..");

/**
 * A file name in a form. Only its last segment counts (RFC 7578 §4.2), after `/` or `\`: some clients send the whole
 * path.
 */
export const statedFileName = z
  .string()
  .transform((path) => path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1))
  .pipe(fileName);

export const namedFile = z.object({ name: fileName });

/** Any other value is ignored. */
export const downloadQuery = z.object({
  inline: z.literal("1").optional().catch(undefined).describe("Shows the file in the browser, if its type is safe."),
});

/** A file as the API returns it. */
export const fileBody = z
  .object({
    id: uuid,
    name: z.string(),
    type: z.string().describe("A media type, without parameters."),
    size: z.int().min(0).describe("Bytes."),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    createdAt: z.iso.datetime(),
    url: z.string().describe("The path of the download."),
  })
  .meta({ id: "File" });

export const filesBody = pageOf(fileBody);

/** The files of one upload. */
export const uploadBody = z.object({ files: z.array(fileBody) });

/** The contents of a file. */
export const contentBody = describeBody(rawBody, {
  mediaTypes: ["*/*"],
  headers: { ...ETAG, "Accept-Ranges": "`bytes`.", "Content-Disposition": "The name of the file." },
});

export type File = Readonly<z.output<typeof fileBody>>;

/** A file as stored. */
export interface StoredFile extends Omit<File, "url"> {
  /** The charset of a text, if it is known. */
  readonly charset: string | null;
  readonly ownerId: string;
  /** The key of its object in the bucket. */
  readonly objectKey: string;
}

/** The number of a user's files, and their total size. */
export interface FilesUsage {
  readonly files: number;
  readonly bytes: number;
}

export function toFile({ id, name, type, size, sha256, createdAt }: StoredFile): File {
  return { id, name, type, size, sha256, createdAt, url: `/files/${id}` };
}
