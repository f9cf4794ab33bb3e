/** The guard for forms with files, which decides before a file is read. */
import { Buffer } from "node:buffer";
import type { Context, Guard } from "../../http/index.ts";
import { stateFacts } from "../../web/app/guard-facts.ts";
import { denyBodyFault, WHOLE_BODY } from "../../web/guards/require-whole-body.ts";
import type { FormFields } from "../../web/request/form.ts";
import { mediaTypeOf } from "../../web/request/media-type.ts";
import type { ProblemLocals } from "../../web/respond/problem.ts";
import { deny } from "../../web/respond/refuse.ts";
import { atMost, BodyError, readBody } from "./body.ts";
import { type FormPart, readParts } from "./multipart.ts";
import type { UploadSlotLocals } from "./require-upload-slot.ts";

declare module "../../http/index.ts" {
  interface SuppliedBy {
    parts: "parts (by requireMultipart)";
  }
}

const FORM = "multipart/form-data";

/** Enough for a CSRF token, and for the id of a submission. */
const MAX_FIELD_BYTES = 1024;

/** A form whose files have yet to arrive. */
export interface MultipartLocals {
  /** The first field of the form; empty if the form begins with a file. */
  readonly form: FormFields;
  /** The parts after it, to be read once. */
  readonly parts: AsyncGenerator<FormPart, void>;
}

/**
 * Requires a multipart form of at most this size. Supplies `form` and `parts`. It reads no further than the first
 * field, so that `requireCsrfToken` can decide before a file is read, provided that the token comes first. Denies with
 * 415 for another media type or a `Content-Encoding`, with 400 for a `Content-Range` or a malformed first part, with
 * 408 if the client stops sending, and with 413 if the first field is too long. `parts` throws a BodyError if there are
 * more bytes or parts.
 */
export function requireMultipart(
  maxBytes: number,
  maxParts: number,
): Guard<ProblemLocals & UploadSlotLocals, MultipartLocals> {
  return stateFacts(
    async function requireMultipart(c: Context<unknown, unknown, unknown, ProblemLocals & UploadSlotLocals>) {
      if (mediaTypeOf(c.request) !== FORM) return deny(c, 415, `The Content-Type must be ${FORM}.`);
      const denial = denyBodyFault(c);
      if (denial) return denial;
      const parts = readParts(c.request, readBody(c.request, maxBytes, c.locals.slot), maxParts);
      const form = await readField(parts);
      if (form instanceof BodyError) return deny(c, form.status, form.message);
      return { allow: true, locals: { form, parts } } as const;
    },
    {
      ...WHOLE_BODY,
      denies: [400, 408, 413, 415],
      explanation: "Requires a multipart form of at most this size.",
      detail: `${maxBytes} B`,
      mediaTypes: [FORM],
    },
  );
}

/** Reads the next part, if it is a field. @returns No field if the next part is a file, or if there is none. */
export async function readField(parts: AsyncGenerator<FormPart, void>): Promise<FormFields | BodyError> {
  const form: Record<string, string> = Object.create(null);
  try {
    const { value: part } = await parts.next();
    if (part && part.filename === undefined) form[part.name] = await readText(part);
    return form;
  } catch (error) {
    await parts.return();
    if (error instanceof BodyError) return error;
    throw error;
  }
}

async function readText({ body }: FormPart): Promise<string> {
  const chunks = await Array.fromAsync(atMost(body, MAX_FIELD_BYTES, "A field before the files"));
  return Buffer.concat(chunks).toString();
}
