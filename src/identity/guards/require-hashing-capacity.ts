/** Keeps passwords from being hashed faster than the isolate can: each hash has its one thread for some 120 ms. */
import type { Context, Guard } from "../../http/index.ts";
import { stateFacts } from "../../web/guard-facts.ts";
import type { FormLocals } from "../../web/guards/require-form.ts";
import type { ProblemLocals } from "../../web/problem.ts";
import { deny } from "../../web/refuse.ts";

/** The time of one hash, and some for the requests in between. */
const TURN_MS = 150;

/** How long a request waits for its turn, at most. */
const MOST_MS = 2_000;

/** When the next turn can be given. Milliseconds since the epoch. */
let freeAt = 0;

type Needs = ProblemLocals & Partial<FormLocals>;

/**
 * Gives each request a turn, one after another, and denies with 503 where the line is too long. So
 * at most one password is hashed at a time, and other requests are answered in between. Where the
 * input does not fit, nothing will be hashed, and no turn is taken.
 */
export const requireHashingCapacity: Guard<Needs> = stateFacts(
  async function requireHashingCapacity(c: Context<unknown, unknown, unknown, Needs>) {
    const willHash = c.input.ok && c.locals.parsed?.success !== false;
    if (!willHash || (await takeTurn())) return { allow: true };
    return deny(c, 503, "Too many are signing in at the moment.", { "Retry-After": "5" });
  },
  { denies: [503] },
);

/**
 * Turns are moments, not a count of who is in line: a request that dies in line, as its client
 * leaves, then takes nothing with it but its own turn.
 */
async function takeTurn(): Promise<boolean> {
  const now = Date.now();
  // Further ahead than any turn that is given: the clock has gone back.
  if (freeAt > now + MOST_MS + TURN_MS) freeAt = now;
  const turn = Math.max(now, freeAt);
  if (turn > now + MOST_MS) return false;
  freeAt = turn + TURN_MS;
  await scheduler.wait(turn - now);
  // Where hashes take longer than a turn, those at the end of the line come late.
  return Date.now() <= turn + MOST_MS;
}
