/** The keys of uploads: the `Idempotency-Key` of a request, or the field `submission` of a form. */
import type { AppLocals } from "../../env.ts";
import { type Context, type HeadContext, headGuard } from "../../http/index.ts";
import type { SignedIn } from "../../identity/users/user.ts";
import { INVALID_KEY, parseIdempotencyKey } from "../../limits/idempotency.ts";
import { stateFacts } from "../../web/app/guard-facts.ts";
import { submission } from "../../web/pages/submission-field.ts";
import { submittedId } from "../../web/request/submitted-id.ts";
import { deny } from "../../web/respond/refuse.ts";
import { BodyError } from "./body.ts";
import { type MultipartLocals, readField } from "./require-multipart.ts";
import type { UploadKey } from "./upload-store.ts";

declare module "../../http/index.ts" {
  interface SuppliedBy {
    uploadKey: "uploadKey (by requireValidKey or requireSubmission)";
  }
}

/** `uploadKey` is undefined if the client sent no key. */
export interface UploadKeyLocals {
  readonly uploadKey: UploadKey | undefined;
}

const KIND = "upload";

/** Requires that an `Idempotency-Key` is valid, if there is one. Supplies `uploadKey`. Denies an invalid key with 400. */
export const requireValidKey = stateFacts(
  headGuard(function requireValidKey(c: HeadContext<AppLocals & SignedIn>) {
    const header = c.request.headers.get("Idempotency-Key");
    if (header === null) return { allow: true, locals: { uploadKey: undefined } };
    const key = parseIdempotencyKey(header);
    if (key === undefined) return deny(c, 400, INVALID_KEY);
    const id = submittedId({ kind: KIND, userId: c.locals.user.id, submission: key });
    return { allow: true, locals: { uploadKey: { id, isExclusive: true } } };
  }),
  {
    denies: [400],
    explanation: "Requires that an `Idempotency-Key` is valid, if there is one.",
    requestHeaders: { "Idempotency-Key": "Any text of the client's choice; a retry sends the same one." },
  },
);

type SubmissionNeeds = AppLocals & SignedIn & Pick<MultipartLocals, "parts">;

/**
 * Requires that the form's next field is the id of its submission. Supplies `uploadKey`. Denies with 400 a form whose
 * next field is not `submission` or is malformed, with 408 if the client stops sending, and with 413 if the field is too
 * long. No file has been read by then.
 */
export const requireSubmission = stateFacts(
  async function requireSubmission(c: Context<unknown, unknown, unknown, SubmissionNeeds>) {
    const { parts, user } = c.locals;
    const form = await readField(parts);
    if (form instanceof BodyError) return deny(c, form.status, form.message);
    const given = submission.safeParse(form.submission);
    if (!given.success)
      return deny(c, 400, "This form is incomplete. Open the page again, then choose the files again.");
    const id = submittedId({ kind: KIND, userId: user.id, submission: given.data });
    return { allow: true, locals: { uploadKey: { id, isExclusive: false } } } as const;
  },
  { denies: [400, 408, 413], explanation: "Requires that the form's next field is the id of its submission." },
);
