/** The guard that gives each upload a slot, or refuses it before its body is read. */
import type { AppLocals } from "../../env.ts";
import { type Guard, type HeadContext, headGuard } from "../../http/index.ts";
import type { SignedIn } from "../../identity/users/user.ts";
import { stateFacts } from "../../web/app/guard-facts.ts";
import type { SendHook } from "../../web/hooks/send-hook.ts";
import { deny } from "../../web/respond/refuse.ts";
import { MAX_UPLOADS, MAX_UPLOADS_PER_USER, type SlotRefusal, type UploadSlot, UploadSlots } from "./upload-slots.ts";

declare module "../../http/index.ts" {
  interface SuppliedBy {
    slot: "slot (by requireUploadSlot)";
  }
}

/** A body can be read only with a slot, so an upload route without the guard does not compile. */
export interface UploadSlotLocals {
  readonly slot: UploadSlot;
}

const RETRY_SECONDS = 5;

const REFUSALS: Readonly<Record<SlotRefusal, string>> = {
  user: `You already have ${MAX_UPLOADS_PER_USER} uploads in progress. Wait until one has finished, then try again.`,
  isolate: `The service is receiving too many uploads. Try again in ${RETRY_SECONDS} seconds.`,
};

/**
 * Requires a free slot for an upload. Supplies `slot`. Denies with 503 if the user has 2 uploads in progress, or if all
 * users together have 8 in this isolate; the member `slot` of the problem names the limit. `releaseUploadSlot` frees
 * the slot with every response, even after an error.
 */
export function createUploadSlotGuard(slots: UploadSlots): Guard<AppLocals & SignedIn, UploadSlotLocals> {
  return stateFacts(
    headGuard(function requireUploadSlot(c: HeadContext<AppLocals & SignedIn>) {
      const slot = slots.take(c.locals.user.id);
      if (typeof slot === "string")
        return deny(c, 503, REFUSALS[slot], { "Retry-After": String(RETRY_SECONDS) }, { slot });
      // Keeps the request running after the client disconnects. Otherwise its slot would stay taken until it expires.
      c.locals.ctx.waitUntil(slot.ended);
      return { allow: true, locals: { slot } };
    }),
    {
      denies: [503],
      explanation: "Requires a free slot for an upload.",
      detail: "user, isolate",
      limits: [
        { name: "user", unit: "uploads at a time", max: MAX_UPLOADS_PER_USER },
        { name: "isolate", unit: "uploads at a time", max: MAX_UPLOADS },
      ],
    },
  );
}

/** The guard with the slots of this isolate. */
export const requireUploadSlot = createUploadSlotGuard(new UploadSlots());

/** Runs exactly once for each response, even after a later guard denies or an error is thrown. */
export const releaseUploadSlot: SendHook<UploadSlotLocals> = ({ context }) => {
  context.locals.slot?.release();
  return undefined;
};
