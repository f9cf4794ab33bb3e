/** Gives each request that hashes a password a turn on the isolate's only thread, or refuses it. */
import type { AppLocals } from "../../env.ts";
import type { Context, Guard } from "../../http/index.ts";
import type { AttemptLocals } from "../../limits/limit-attempts.ts";
import { stateFacts } from "../../web/app/guard-facts.ts";
import type { SendHook } from "../../web/hooks/send-hook.ts";
import { clientAddress } from "../../web/request/client-address.ts";
import { fieldOf, type ParsedForm } from "../../web/request/parsed-input.ts";
import type { ProblemLocals } from "../../web/respond/problem.ts";
import { deny } from "../../web/respond/refuse.ts";
import { HashingQueue } from "../passwords/hashing-queue.ts";
import { type HashingTurn, NO_TURN } from "../passwords/hashing-turn.ts";

declare module "../../http/index.ts" {
  interface SuppliedBy {
    hashing: "hashing (by requireHashingCapacity)";
  }
}

/** A request can hash a password only with `hashing`, so a route without the guard does not compile. */
export interface HashingLocals {
  readonly hashing: HashingTurn;
}

type HashingCapacityNeeds = ProblemLocals & Pick<AppLocals, "ctx"> & ParsedForm & Partial<AttemptLocals>;

/** Fields whose value is hashed. */
const PASSWORD_FIELDS = ["password", "currentPassword"] as const;

const RETRY_SECONDS = 5;

/**
 * Requires room in the queue for hashing passwords. Supplies `hashing` when it is the request's turn. Client
 * addresses are served in turn. Denies with 503 if the address already has 4 requests in the queue, or if the wait is,
 * or would be, longer than 2 s. A request with invalid input or without a password takes no turn and must not hash.
 */
export function createHashingGuard(queue: HashingQueue): Guard<HashingCapacityNeeds, HashingLocals> {
  return stateFacts(
    async function requireHashingCapacity(c: Context<unknown, unknown, unknown, HashingCapacityNeeds>) {
      if (!willHash(c)) return { allow: true, locals: { hashing: NO_TURN } } as const;
      const entered = queue.enter(clientAddress(c.request));
      // Keeps an abandoned request alive: it would otherwise stop here and block the queue until its turn stalls.
      c.locals.ctx.waitUntil(entered.then((turn) => turn?.ended));
      const hashing = await entered;
      if (hashing) return { allow: true, locals: { hashing } } as const;
      // No password was checked, so the reserved attempt must not count.
      await c.locals.attempt?.succeed();
      const detail = `Too many sign-ins are in progress. Try again in ${RETRY_SECONDS} seconds.`;
      return deny(c, 503, detail, { "Retry-After": String(RETRY_SECONDS) });
    },
    { denies: [503], explanation: "Requires room in the queue for hashing passwords." },
  );
}

/** The guard with the queue of this isolate. */
export const requireHashingCapacity = createHashingGuard(new HashingQueue());

/**
 * Ends a turn in which nothing was hashed, because a later guard denied or the handler did not need to. Without this
 * hook, such a turn would block the others for a second.
 */
export const endHashingTurn: SendHook<HashingLocals> = ({ context }) => {
  context.locals.hashing?.end();
  return undefined;
};

function willHash(c: Context<unknown, unknown, unknown, HashingCapacityNeeds>): boolean {
  return PASSWORD_FIELDS.some((name) => fieldOf(c, name));
}
