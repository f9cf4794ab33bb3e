/** Gives each request that hashes a password its turn at the isolate's one thread, or refuses it. */
import type { AppLocals } from "../../env.ts";
import type { Context, Guard, OnResponseHandler } from "../../http/index.ts";
import type { AttemptLocals } from "../../limits/limit-attempts.ts";
import { stateFacts } from "../../web/app/guard-facts.ts";
import { clientAddress } from "../../web/request/client-address.ts";
import { fieldOf, type ParsedForm } from "../../web/request/parsed-input.ts";
import type { ProblemLocals } from "../../web/respond/problem.ts";
import { deny } from "../../web/respond/refuse.ts";
import { HashingQueue } from "../passwords/hashing-queue.ts";
import { type HashingTurn, NO_TURN } from "../passwords/hashing-turn.ts";

/** The only way to hash a password in a request, so that a route without the guard does not compile. */
export interface HashingLocals {
  readonly hashing: HashingTurn;
}

type Needs = ProblemLocals & Pick<AppLocals, "ctx"> & ParsedForm & Partial<AttemptLocals>;

/** The fields that a password to hash comes in. */
const PASSWORD_FIELDS = ["password", "currentPassword"] as const;

const RETRY_SECONDS = 5;

/**
 * Supplies `hashing` when it is the request's turn. Client addresses are served in turn; denies with 503 if the
 * address has 4 requests in the queue already, or if the wait is, or would be, longer than 2 s. A request whose input
 * does not fit, or that has no password, takes no turn and must not hash.
 */
export function createHashingGuard(queue: HashingQueue): Guard<Needs, HashingLocals> {
  return stateFacts(
    async function requireHashingCapacity(c: Context<unknown, unknown, unknown, Needs>) {
      if (!willHash(c)) return { allow: true, locals: { hashing: NO_TURN } } as const;
      const entered = queue.enter(clientAddress(c.request));
      // A request that its client abandons would otherwise stop here, and hold its turn until it is found to stall.
      c.locals.ctx.waitUntil(entered.then((turn) => turn?.ended));
      const hashing = await entered;
      if (hashing) return { allow: true, locals: { hashing } } as const;
      // No password was tried: the attempt that a limit has reserved does not count.
      await c.locals.attempt?.succeed();
      const detail = `Too many sign-ins are in progress. Try again in ${RETRY_SECONDS} seconds.`;
      return deny(c, 503, detail, { "Retry-After": String(RETRY_SECONDS) });
    },
    { denies: [503] },
  );
}

/** The guard with the queue of this isolate: it has one thread. */
export const requireHashingCapacity = createHashingGuard(new HashingQueue());

/**
 * Ends a turn in which nothing was hashed: a later guard denied, or the handler found that it need not. Without this
 * hook such a turn holds up the others for a second.
 */
export const endHashingTurn: OnResponseHandler<AppLocals & Partial<HashingLocals>> = ({ context, response }) => {
  context.locals.hashing?.end();
  return response;
};

function willHash(c: Context<unknown, unknown, unknown, Needs>): boolean {
  return PASSWORD_FIELDS.some((name) => fieldOf(c, name));
}
