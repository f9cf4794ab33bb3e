/** Describes why an upload was refused. */
import { BodyError } from "./body.ts";
import type { UploadRefusal } from "./store-upload.ts";

export interface Refusal {
  readonly status: 400 | 408 | 410 | 413 | 415 | 422;
  /** The message for the user. */
  readonly message: string;
  /** Additional members of the problem. */
  readonly members?: object;
}

/** @param again A sentence that says how to upload deleted files again. */
export function refusalOf(refusal: UploadRefusal, again: string): Refusal {
  if (refusal instanceof BodyError) return refusal;
  switch (refusal.kind) {
    case "exceeded":
      return { status: 422, message: refusal.quota.refusal, members: { quota: refusal.quota.name } };
    case "deleted":
      return {
        status: 410,
        message: `This upload was stored before, and has been deleted since. ${again}`,
        members: { upload: refusal.kind },
      };
    case "other files":
      return {
        status: 422,
        message: "This Idempotency-Key was already used for other files. Use a new key.",
        members: { upload: refusal.kind },
      };
  }
}
