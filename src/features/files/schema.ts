/** What a file is, to a client and to the database, and how large it may be. */
import * as z from "zod";
import { storableText } from "../../web/request/text.ts";

const MIB = 1024 * 1024;
export const MAX_FILE_BYTES = 25 * MIB;
export const MAX_REQUEST_BYTES = 100 * MIB;
export const MAX_PARTS = 100;

/** Control characters, ends of lines, and what turns the direction of writing, so that `exe.jpg` is read. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u;

/** A name is for people: no path of anything is made of it. */
export const fileName = storableText()
  .trim()
  .min(1, "The name is empty")
  .max(255, "The name is longer than 255 characters")
  .refine((name) => !UNPRINTABLE.test(name), "The name has a control character")
  .refine((name) => !/[/\\]/.test(name), "The name has a slash")
  .refine((name) => name !== "." && name !== "..", "That is no name of a file");

export const namedFile = z.object({ name: fileName });

/** A file as the API shows it. */
export interface File {
  readonly id: string;
  readonly name: string;
  /** A media type, without parameters. */
  readonly type: string;
  /** Bytes. */
  readonly size: number;
  /** In hexadecimal. */
  readonly sha256: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** Where to download it. */
  readonly url: string;
}

/** A file as it is stored. */
export interface StoredFile extends Omit<File, "url"> {
  readonly ownerId: string;
  /** In the bucket. */
  readonly objectKey: string;
}

/** What of a stored file is for its owner. */
export function toFile({ id, name, type, size, sha256, createdAt }: StoredFile): File {
  return { id, name, type, size, sha256, createdAt, url: `/files/${id}` };
}
