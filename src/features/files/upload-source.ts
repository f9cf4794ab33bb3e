/** The files of a request, one after the other, as they arrive. */
import type { AppContext } from "../../env.ts";
import { mediaTypeOf } from "../../web/request/media-type.ts";
import { BodyError, type Chunks, declaredLengthOf, readBody } from "./body.ts";
import type { FormPart } from "./multipart.ts";
import type { UploadSlotLocals } from "./require-upload-slot.ts";
import { MAX_FILE_BYTES, statedFileName } from "./schema.ts";

/** A file whose bytes are still arriving. */
export interface FileUpload {
  readonly name: string;
  /** The media type that the client declares, in lower case and without parameters. May be empty. */
  readonly declaredType: string;
  readonly body: Chunks;
  /** In bytes; undefined if it is unknown until the last byte has arrived. `body` throws if its length differs. */
  readonly length: number | undefined;
}

/** The body of a request as one file. */
export async function* uploadFromBody(
  { request, locals: { slot } }: AppContext<UploadSlotLocals>,
  name: string,
): AsyncGenerator<FileUpload, void, undefined> {
  const body = readBody(request, MAX_FILE_BYTES, slot);
  yield { name, declaredType: mediaTypeOf(request), body, length: declaredLengthOf(request) };
}

/**
 * The files of a form. Other fields are skipped.
 *
 * @throws {BodyError} If the form is malformed, contains no file, or a file has an invalid name.
 */
export async function* uploadsFromForm(parts: AsyncIterable<FormPart>): AsyncGenerator<FileUpload, void, undefined> {
  let isEmpty = true;
  for await (const { filename, type, body } of parts) {
    if (filename === undefined || (filename === "" && (await isEmptyBody(body)))) continue;
    const name = statedFileName.safeParse(filename);
    if (!name.success) throw new BodyError(400, name.error.issues.map(({ message }) => `${message}.`).join(" "));
    yield { name: name.data, declaredType: type, body, length: undefined };
    isEmpty = false;
  }
  if (isEmpty) throw new BodyError(400, "The form contains no file.");
}

/** Browsers send an empty body and an empty name for a file input in which no file was chosen. */
async function isEmptyBody(body: Chunks): Promise<boolean> {
  for await (const chunk of body) if (chunk.byteLength > 0) return false;
  return true;
}
