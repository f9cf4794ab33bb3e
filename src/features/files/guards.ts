/** The guards of files: ownership, quotas, the declared length of a body, multipart forms. */
import { Buffer } from "node:buffer";
import type { AppLocals } from "../../env.ts";
import { type Context, type Guard, type HeadContext, headGuard } from "../../http/index.ts";
import { requireOwnership } from "../../identity/guards/require-ownership.ts";
import type { SignedIn } from "../../identity/users/user.ts";
import { requireQuota } from "../../limits/guards/require-quota.ts";
import { stateFacts } from "../../web/app/guard-facts.ts";
import { denyBodyFault, WHOLE_BODY } from "../../web/guards/require-whole-body.ts";
import { sizeOf } from "../../web/pages/size.ts";
import type { FormFields } from "../../web/request/form.ts";
import { mediaTypeOf } from "../../web/request/media-type.ts";
import { pathId } from "../../web/request/uuid.ts";
import type { ProblemLocals } from "../../web/respond/problem.ts";
import { deny } from "../../web/respond/refuse.ts";
import { atMost, BodyError, readBody } from "./body.ts";
import { type FormPart, readParts } from "./multipart.ts";
import { FILE_BYTES_QUOTA, FILES_QUOTA } from "./quotas.ts";
import { getFile } from "./store.ts";

declare module "../../http/index.ts" {
  interface SuppliedBy {
    file: "file (by requireOwnFile)";
    parts: "parts (by requireMultipart)";
  }
}

/** Supplies `file`. */
export const requireOwnFile = requireOwnership(async (c: HeadContext<AppLocals & SignedIn>) => {
  const file = await getFile(c.locals.db, pathId(c));
  return file && { ownerId: file.ownerId, locals: { file } };
});

/** For uploads: denies before the body is read. */
export const requireFileQuotas = requireQuota([FILES_QUOTA, FILE_BYTES_QUOTA]);

/**
 * Requires that the declared length of the body does not exceed this size. Denies with 413 if `Content-Length` declares
 * more than `maxBytes`, before the body is read. It checks nothing else: a body may be longer than declared, or declare
 * no length, so the reader must still count its bytes.
 */
export function requireDeclaredLength(maxBytes: number): Guard<ProblemLocals> {
  return stateFacts(
    headGuard(function requireDeclaredLength(c: HeadContext<ProblemLocals>) {
      const declared = Number(c.request.headers.get("Content-Length") ?? 0);
      if (declared <= maxBytes) return { allow: true };
      return deny(c, 413, `The body must not exceed ${sizeOf(maxBytes)}.`);
    }),
    {
      denies: [413],
      explanation: "Requires that the declared length of the body does not exceed this size.",
      detail: `${maxBytes} B`,
    },
  );
}

const FORM = "multipart/form-data";

/** Enough for a CSRF token. */
const MAX_FIELD_BYTES = 1024;

/** A form whose files have yet to arrive. */
export interface MultipartLocals {
  /** The first field of the form; empty if the form begins with a file. */
  readonly form: FormFields;
  /** The parts after it, to be read once. */
  readonly parts: AsyncIterable<FormPart>;
}

/**
 * Requires a multipart form of at most this size. Supplies `form` and `parts`. It reads no further than the first
 * field, so that `requireCsrfToken` can decide before a file is read, provided that the token comes first. Denies with
 * 415 for another media type or a `Content-Encoding`, with 400 for a `Content-Range` or a malformed first part, and with
 * 413 if the first field is too long. `parts` throws a BodyError for more bytes or more parts.
 */
export function requireMultipart(maxBytes: number, maxParts: number): Guard<ProblemLocals, MultipartLocals> {
  return stateFacts(
    async function requireMultipart(c: Context<unknown, unknown, unknown, ProblemLocals>) {
      if (mediaTypeOf(c.request) !== FORM) return deny(c, 415, `The Content-Type must be ${FORM}.`);
      const denial = denyBodyFault(c);
      if (denial) return denial;
      const parts = readParts(c.request, readBody(c.request, maxBytes), maxParts);
      const form = await readFirstField(parts);
      if (form instanceof BodyError) return deny(c, form.status, form.message);
      return { allow: true, locals: { form, parts } } as const;
    },
    {
      ...WHOLE_BODY,
      denies: [400, 413, 415],
      explanation: "Requires a multipart form of at most this size.",
      detail: `${maxBytes} B`,
      mediaTypes: [FORM],
    },
  );
}

async function readFirstField(parts: AsyncGenerator<FormPart, void>): Promise<FormFields | BodyError> {
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

async function readText({ body }: FormPart): Promise<string> {
  const chunks = await Array.fromAsync(atMost(body, MAX_FIELD_BYTES, "The field before the files"));
  return Buffer.concat(chunks).toString();
}
