/** The files of a request, one after the other, as they arrive. */

import { mediaTypeOf } from "../../web/guards/require-content-type.ts";
import { BodyError, type Chunks, readBody } from "../../web/request/body.ts";
import { mediaTypeOfName } from "./media-type.ts";
import type { Part } from "./multipart.ts";
import { fileName, MAX_FILE_BYTES } from "./schema.ts";

/** A file that is still arriving. */
export interface IncomingFile {
  readonly name: string;
  /** The media type that the sender claims, or the name, where the sender claims none. */
  readonly declaredType: string;
  readonly body: Chunks;
}

/** A body that is a file. */
export async function* fileOfBody(request: Request, name: string): AsyncGenerator<IncomingFile, void, undefined> {
  const declaredType = mediaTypeOf(request) || mediaTypeOfName(name);
  yield { name, declaredType, body: readBody(request, MAX_FILE_BYTES) };
}

/**
 * The files of a form. Its other fields are passed over.
 *
 * @throws {BodyError} Where there is none, or one with a bad name, or the form is malformed.
 */
export async function* filesOfForm(parts: AsyncIterable<Part>): AsyncGenerator<IncomingFile, void, undefined> {
  let isEmpty = true;
  for await (const { filename, type, body } of parts) {
    if (filename === undefined || (filename === "" && (await hasNothing(body)))) continue;
    const name = fileName.safeParse(filename);
    if (!name.success) throw new BodyError(400, name.error.issues.map(({ message }) => `${message}.`).join(" "));
    yield { name: name.data, declaredType: type || mediaTypeOfName(name.data), body };
    isEmpty = false;
  }
  if (isEmpty) throw new BodyError(400, "There is no file in the form.");
}

/** So browsers send a field in which nobody chose a file. */
async function hasNothing(body: Chunks): Promise<boolean> {
  for await (const chunk of body) if (chunk.byteLength > 0) return false;
  return true;
}
