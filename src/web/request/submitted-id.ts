/** Ids for resources that forms create, so that submitting a form again creates no duplicate. */
import { createHash } from "node:crypto";
import { stringify } from "uuid";

/** A submitted form. */
export interface Submission {
  /** The kind of resource that the form creates, such as `note`. */
  readonly kind: string;
  readonly userId: string;
  /** The form's field `submission` (`src/web/pages/submission-field.ts`). */
  readonly submission: string;
  /**
   * The values that the user entered. With other values, the same form creates something else: a user who goes back and
   * enters another text loses nothing. Without values, a submission creates only one resource.
   */
  readonly content?: readonly string[];
}

/**
 * Derives the id of the resource that a form creates: a UUID of version 8 (RFC 9562 §5.8), the same for each repetition.
 * The hash includes the user, so that no user can choose the id of another user's resource.
 *
 * @example
 * const id = submittedId({ kind: "note", userId: user.id, submission, content: [title, body] });
 */
export function submittedId({ kind, userId, submission, content = [] }: Submission): string {
  const bytes = createHash("sha256")
    .update(JSON.stringify([kind, userId, submission, ...content]))
    .digest();
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return stringify(bytes.subarray(0, 16));
}
