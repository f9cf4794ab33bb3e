/** The guards of files: ownership, quotas, the declared length of a body. */
import type { AppLocals } from "../../env.ts";
import { type Guard, type HeadContext, headGuard } from "../../http/index.ts";
import { requireOwnership } from "../../identity/guards/require-ownership.ts";
import type { SignedIn } from "../../identity/users/user.ts";
import { requireQuotaUnlessRetry } from "../../limits/guards/require-quota.ts";
import { stateFacts } from "../../web/app/guard-facts.ts";
import { sizeOf } from "../../web/pages/size.ts";
import { pathId } from "../../web/request/uuid.ts";
import type { ProblemLocals } from "../../web/respond/problem.ts";
import { deny } from "../../web/respond/refuse.ts";
import { FILE_BYTES_QUOTA, FILES_QUOTA } from "./quotas.ts";
import { getFile } from "./store.ts";
import type { UploadKeyLocals } from "./upload-key.ts";
import { hasUpload } from "./upload-store.ts";

declare module "../../http/index.ts" {
  interface SuppliedBy {
    file: "file (by requireOwnFile)";
  }
}

/** Supplies `file`. */
export const requireOwnFile = requireOwnership(async (c: HeadContext<AppLocals & SignedIn>) => {
  const file = await getFile(c.locals.db, pathId(c));
  return file && { ownerId: file.ownerId, locals: { file } };
});

/** For uploads: denies before a file is read, unless the upload is a repetition, which needs no space. */
export const requireFileQuotas = requireQuotaUnlessRetry<UploadKeyLocals>(
  [FILES_QUOTA, FILE_BYTES_QUOTA],
  async ({ locals: { db, uploadKey } }) => uploadKey !== undefined && (await hasUpload(db, uploadKey)),
);

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
