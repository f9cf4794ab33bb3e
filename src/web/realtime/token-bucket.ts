/** How fast frames may arrive: a token bucket, with patience for a sender that ignores it. */

/** Frames a second, and at once after a pause. */
export const SUSTAINED = 20;
export const BURST = 60;
/** Frames that are refused before the socket is closed; a pause that fills the bucket resets the count. */
const MAX_THROTTLED = 60;

/** What happens to a frame: it is accepted, refused, or the last that its socket sends. */
export type RateDecision = "allow" | "throttle" | "close";

/** Starts full. A clock that goes back takes nothing from it. */
export class TokenBucket {
  #tokens = BURST;
  #refused = 0;
  #at = Date.now();

  /** Whether it is as good as a new one. */
  get isFull(): boolean {
    this.#refill();
    return this.#tokens === BURST;
  }

  /** Counts a frame. */
  take(): RateDecision {
    this.#refill();
    if (this.#tokens >= 1) {
      this.#tokens -= 1;
      return "allow";
    }
    this.#refused += 1;
    return this.#refused > MAX_THROTTLED ? "close" : "throttle";
  }

  #refill(): void {
    const now = Date.now();
    this.#tokens = Math.min(BURST, this.#tokens + (Math.max(0, now - this.#at) / 1000) * SUSTAINED);
    this.#at = now;
    if (this.#tokens === BURST) this.#refused = 0;
  }
}

/** Full buckets are looked for when there are so many. */
const PRUNE_SIZE = 64;

/** A bucket for each key. Full ones are dropped, so there are never many more than keys in use within three seconds. */
export class TokenBuckets {
  readonly #byKey = new Map<string, TokenBucket>();
  #pruneAt = PRUNE_SIZE;

  get size(): number {
    return this.#byKey.size;
  }

  /** Counts a frame. */
  take(key: string): RateDecision {
    const known = this.#byKey.get(key);
    if (known) return known.take();
    if (this.#byKey.size >= this.#pruneAt) this.#prune();
    const bucket = new TokenBucket();
    this.#byKey.set(key, bucket);
    return bucket.take();
  }

  #prune(): void {
    for (const [key, bucket] of this.#byKey) if (bucket.isFull) this.#byKey.delete(key);
    this.#pruneAt = Math.max(PRUNE_SIZE, 2 * this.#byKey.size);
  }
}
