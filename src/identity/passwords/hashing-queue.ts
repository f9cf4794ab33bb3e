/** The queue for hashing passwords: one turn at a time per isolate, with client addresses served in rotation. */
import type { HashingTurn, PasswordHasher } from "./hashing-turn.ts";
import { hashPassword, verifyPassword } from "./password-hash.ts";
import { RoundRobin } from "./round-robin.ts";

/** Requests of one address in the queue, including the one whose turn it is. */
const MAX_PER_ADDRESS = 4;

/** The longest that a request waits for its turn. */
const MAX_WAIT_MS = 2_000;

/** A turn passes to the next request if it does not start hashing within this time, or does not end within it. */
const STALL_MS = 1_000;

/** The interval at which each request in the queue checks its own deadline and looks for a stalled turn. */
const WAKE_MS = 250;

/** The assumed length of a turn before any has been measured, and the weight of each measurement in the average. */
const INITIAL_TURN_MS = 150;
const WEIGHT = 0.2;

export interface HashingQueueOptions {
  /** Milliseconds since the epoch; may jump. Default: `Date.now`. */
  readonly clock?: () => number;
  /** Waits in the caller's own request. Default: `scheduler.wait`. */
  readonly wait?: (ms: number) => Promise<void>;
  /** Default: the functions of `password-hash.ts`. */
  readonly hasher?: PasswordHasher;
}

/** A request in the queue. It creates its own promises: a promise of another request is lost when that request ends. */
interface Entry {
  readonly expiresAt: number;
  readonly granted: PromiseWithResolvers<void>;
  readonly over: PromiseWithResolvers<void>;
  turn?: Turn;
}

interface Turn {
  readonly address: string;
  readonly grantedAt: number;
  /** The time at which the turn was granted or, later, started hashing. */
  activeAt: number;
  isUsed: boolean;
  readonly over: PromiseWithResolvers<void>;
}

/**
 * Nothing here relies on another request being alive: each request waits with its own timers, and the first one that
 * wakes or enters ends a stalled turn.
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
   * @param address The client address; its requests share one place in the rotation.
   * @returns Undefined, immediately, if the address has 4 requests in the queue or the wait would exceed 2 s; or after
   *   2 s, if requests of other addresses were served first.
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
      ended: this.#waitForEnd(turn),
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

  /** The platform's clock stands still during a hash. A pause corrects it and lets other requests proceed. */
  async #endSoon(turn: Turn): Promise<void> {
    await this.#wait(1);
    const lastedMs = Math.min(this.#now() - turn.grantedAt, MAX_WAIT_MS);
    this.#averageMs += WEIGHT * (lastedMs - this.#averageMs);
    this.#end(turn);
  }

  /** Ends the turn if its request never hashes, even if no other request is in the queue. */
  async #waitForEnd(turn: Turn): Promise<void> {
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

  /** Removes expired entries and ends a stalled turn. @returns The current time. */
  #tidy(): number {
    const now = this.#now();
    this.#waiting.keep(({ expiresAt }) => expiresAt > now);
    if (this.#current && now - this.#current.activeAt > STALL_MS) this.#end(this.#current);
    return now;
  }

  /** The time, corrected so that it never goes back. */
  #now(): number {
    const now = this.#clock() + this.#offset;
    if (now < this.#latest) this.#offset += this.#latest - now;
    this.#latest = Math.max(this.#latest, now);
    return this.#latest;
  }
}
