/** Rate limits for frames: token buckets that tolerate some excess before the socket is closed. */

/** Frames per second. */
export const SUSTAINED = 20;
/** Frames at once after a pause. */
export const BURST = 60;
/** Throttled frames before the socket is closed. A pause that fills the bucket resets the count. */
const MAX_THROTTLED = 60;

/** Accept the frame, refuse it, or close the socket. */
export type RateDecision = "allow" | "throttle" | "close";

/** Starts full. A clock that moves backwards removes no tokens. */
export class TokenBucket {
  #tokens = BURST;
  #throttled = 0;
  #at = Date.now();

  /** Whether the bucket is in the same state as a new one. */
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
    this.#throttled += 1;
    return this.#throttled > MAX_THROTTLED ? "close" : "throttle";
  }

  #refill(): void {
    const now = Date.now();
    this.#tokens = Math.min(BURST, this.#tokens + (Math.max(0, now - this.#at) / 1000) * SUSTAINED);
    this.#at = now;
    if (this.#tokens === BURST) this.#throttled = 0;
  }
}

/** The number of buckets at which full ones are first removed. */
const PRUNE_SIZE = 64;

/** A bucket for each key. Full ones are removed, so that their number follows the keys in use within three seconds. */
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
