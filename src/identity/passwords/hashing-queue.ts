/** The queue for hashing passwords: one turn at a time in an isolate, and client addresses are served in turn. */
import type { HashingTurn, PasswordHasher } from "./hashing-turn.ts";
import { hashPassword, verifyPassword } from "./password-hash.ts";
import { RoundRobin } from "./round-robin.ts";

/** Requests of one address in the queue, the one whose turn it is included. */
const MAX_PER_ADDRESS = 4;

/** The longest that a request waits for its turn. */
const MAX_WAIT_MS = 2_000;

/** A turn is passed on if it has not begun to hash by then, or has not ended that long after it began. */
const STALL_MS = 1_000;

/** How often each request in the queue checks its own deadline and looks for a stalled turn. */
const WAKE_MS = 250;

/** The assumed length of a turn before any has been measured, and the weight of each measurement in the average. */
const INITIAL_TURN_MS = 150;
const WEIGHT = 0.2;

export interface HashingQueueOptions {
  /** Milliseconds since the epoch; `Date.now` without it. It may jump. */
  readonly clock?: () => number;
  /** Waits in the caller's own request; `scheduler.wait` without it. */
  readonly wait?: (ms: number) => Promise<void>;
  /** `password-hash.ts` without it. */
  readonly hasher?: PasswordHasher;
}

/** A request in the queue. It makes its promises itself: those of another request are lost when that ends. */
interface Entry {
  readonly expiresAt: number;
  readonly granted: PromiseWithResolvers<void>;
  readonly over: PromiseWithResolvers<void>;
  turn?: Turn;
}

interface Turn {
  readonly address: string;
  readonly grantedAt: number;
  /** When it last made progress: was granted, or began to hash. */
  activeAt: number;
  isUsed: boolean;
  readonly over: PromiseWithResolvers<void>;
}

/**
 * Nothing here relies on a request that may be gone: each request waits by its own timers, and whichever wakes or
 * enters first passes a stalled turn on.
 */
export class HashingQueue {
  readonly #clock: () => number;
  readonly #wait: (ms: number) => Promise<void>;
  readonly #hasher: PasswordHasher;
  readonly #waiting = new RoundRobin<Entry>();
  #current: Turn | undefined;
  #averageMs = INITIAL_TURN_MS;
  #latest = Number.NEGATIVE_INFINITY;
  #offset = 0;

  constructor({ clock, wait, hasher }: HashingQueueOptions = {}) {
    this.#clock = clock ?? (() => Date.now());
    this.#wait = wait ?? ((ms) => scheduler.wait(ms));
    this.#hasher = hasher ?? { verify: verifyPassword, hash: hashPassword };
  }

  /**
   * Waits for a turn.
   *
   * @param address Whose requests share one place in the rotation.
   * @returns Undefined, at once, if the address has 4 requests in the queue or the wait would exceed 2 s; and after
   *   2 s, if later requests of other addresses came first.
   */
  async enter(address: string): Promise<HashingTurn | undefined> {
    const now = this.#tidy();
    const [own, turns] = this.#current?.address === address ? [1, 1] : [0, this.#current ? 1 : 0];
    if (own + this.#waiting.count(address) >= MAX_PER_ADDRESS) return undefined;
    if ((turns + this.#waiting.countBefore(address)) * this.#averageMs > MAX_WAIT_MS) return undefined;
    const [granted, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const entry: Entry = { expiresAt: now + MAX_WAIT_MS, granted, over };
    this.#waiting.push(address, entry);
    this.#grantNext();
    for (let time = now; !entry.turn && time < entry.expiresAt; time = this.#tidy()) {
      await Promise.race([granted.promise, this.#wait(Math.min(WAKE_MS, entry.expiresAt - time))]);
    }
    return entry.turn && this.#open(entry.turn);
  }

  #open(turn: Turn): HashingTurn {
    return {
      verify: (password, stored) => this.#use(turn, () => this.#hasher.verify(password, stored)),
      hash: (password) => this.#use(turn, () => this.#hasher.hash(password)),
      end: () => {
        if (!turn.isUsed) this.#end(turn);
      },
      ended: this.#attend(turn),
    };
  }

  #use<T>(turn: Turn, hash: () => T): T {
    if (turn.isUsed) return hash();
    turn.isUsed = true;
    turn.activeAt = this.#now();
    try {
      return hash();
    } finally {
      void this.#endSoon(turn);
    }
  }

  /** The platform's clock stands still during a hash. After a pause it is right, and other requests were answered. */
  async #endSoon(turn: Turn): Promise<void> {
    await this.#wait(1);
    const lastedMs = Math.min(this.#now() - turn.grantedAt, MAX_WAIT_MS);
    this.#averageMs += WEIGHT * (lastedMs - this.#averageMs);
    this.#end(turn);
  }

  /** Passes the turn on even if its request never hashes and no other is there to notice. */
  async #attend(turn: Turn): Promise<void> {
    while (this.#current === turn) {
      await Promise.race([turn.over.promise, this.#wait(WAKE_MS)]);
      this.#tidy();
    }
  }

  #end(turn: Turn): void {
    if (this.#current !== turn) return;
    this.#current = undefined;
    turn.over.resolve();
    this.#grantNext();
  }

  #grantNext(): void {
    if (this.#current) return;
    const now = this.#now();
    this.#waiting.keep(({ expiresAt }) => expiresAt > now);
    const [address, entry] = this.#waiting.shift() ?? [];
    if (address === undefined || !entry) return;
    this.#current = { address, grantedAt: now, activeAt: now, isUsed: false, over: entry.over };
    entry.turn = this.#current;
    entry.granted.resolve();
  }

  /** Removes the entries whose time is over, and ends a turn that has stalled. @returns The time. */
  #tidy(): number {
    const now = this.#now();
    this.#waiting.keep(({ expiresAt }) => expiresAt > now);
    if (this.#current && now - this.#current.activeAt > STALL_MS) this.#end(this.#current);
    return now;
  }

  /** The clock, which here never goes back. */
  #now(): number {
    const now = this.#clock() + this.#offset;
    if (now < this.#latest) this.#offset += this.#latest - now;
    this.#latest = Math.max(this.#latest, now);
    return this.#latest;
  }
}
