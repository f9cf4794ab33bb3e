/** Requires a form with files, and reads no more of it than its first field. */
import { Buffer } from "node:buffer";
import type { Context, Guard } from "../../http/index.ts";
import { stateFacts } from "../../web/app/guard-facts.ts";
import { mediaTypeOf } from "../../web/guards/require-content-type.ts";
import { atMost, BodyError, readBody } from "../../web/request/body.ts";
import type { FormFields } from "../../web/request/form.ts";
import type { ProblemLocals } from "../../web/respond/problem.ts";
import { deny } from "../../web/respond/refuse.ts";
import { type Part, readParts } from "./multipart.ts";

const FORM = "multipart/form-data";

/** Room for a token. */
const MAX_FIELD_BYTES = 1024;

/** A form whose files are still to arrive, for the guards behind and the handler. */
export interface MultipartLocals {
  /** The field that the form begins with; none where it begins with a file. */
  readonly form: FormFields;
  /** What comes behind it, to be read once. */
  readonly parts: AsyncIterable<Part>;
}

/**
 * Supplies `form` and `parts`: `requireCsrfToken` can decide before any file is taken in, provided that its field
 * comes first. Denies with 415 what is no such form, with 400 one whose beginning is malformed, and with 413 one whose
 * first field is too long. What the handler reads throws for more bytes or parts.
 */
export function requireMultipart(maxBytes: number, maxParts: number): Guard<ProblemLocals, MultipartLocals> {
  return stateFacts(
    async function requireMultipart(c: Context<unknown, unknown, unknown, ProblemLocals>) {
      if (mediaTypeOf(c.request) !== FORM) return deny(c, 415, `The Content-Type is to be ${FORM}.`);
      const parts = readParts(c.request, readBody(c.request, maxBytes), maxParts);
      const form = await readFirstField(parts);
      if (form instanceof BodyError) return deny(c, form.status, form.message);
      return { allow: true, locals: { form, parts } } as const;
    },
    { denies: [400, 413, 415], detail: `${maxBytes} B` },
  );
}

async function readFirstField(parts: AsyncGenerator<Part, void>): Promise<FormFields | BodyError> {
  const form: Record<string, string> = Object.create(null);
  try {
    const { value: first } = await parts.next();
    if (first && first.filename === undefined) form[first.name] = await readText(first);
    return form;
  } catch (error) {
    await parts.return();
    if (error instanceof BodyError) return error;
    throw error;
  }
}

async function readText({ body }: Part): Promise<string> {
  const chunks = await Array.fromAsync(atMost(body, MAX_FIELD_BYTES, "The field before the files"));
  return Buffer.concat(chunks).toString();
}
