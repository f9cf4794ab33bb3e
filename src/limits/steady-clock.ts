/** A clock that advances steadily even if the machine's clock jumps. */

/**
 * The time for which a reading counts as recent. A pending timer keeps an object in memory, which is billed: with one
 * second, a request causes at most 0.128 GB-s, so that the free plan's 100,000 object requests a day, if they were all
 * the requests of limiters, could not use up its 13,000 GB-s.
 */
const RECENT_MS = 1_000;
/** The elapsed time that counts as a jump if the last reading was recent. */
const JUMP_MS = 10_000;

/**
 * Time as the object experiences it, in milliseconds: the machine's clock plus an offset that absorbs jumps.
 *
 * - It never goes back.
 * - It does not leap ahead while requests follow one another within a second: a timer, which is independent of the
 *   machine's clock, proves that the last reading was recent. An elapsed time of more than 10 s is then a jump.
 * - An occasional request, which follows none within a second, starts no timer. After it, after a second without
 *   requests, and after a restart, the machine's clock decides, so a leap ahead is indistinguishable from a time without
 *   requests. The next of two requests within a second restores the protection.
 */
export class SteadyClock {
  offset: number;
  #latest: number;
  #latestRequest = Number.NEGATIVE_INFINITY;
  #recent: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param offset The last offset of the previous clock, which this one continues.
   * @param latest A time that the previous clock has reached.
   */
  constructor(offset: number, latest = Number.NEGATIVE_INFINITY) {
    this.offset = offset;
    this.#latest = latest;
  }

  /** Reads the time without starting a timer. */
  now(): number {
    const elapsed = Date.now() + this.offset - this.#latest;
    const hasJumped = elapsed < 0 || (this.#recent !== undefined && elapsed > JUMP_MS);
    if (hasJumped) this.offset -= elapsed;
    this.#latest = Date.now() + this.offset;
    return this.#latest;
  }

  /** Reads the time for a request, and starts the timer if the request follows another within a second. */
  nowForRequest(): number {
    const now = this.now();
    const isOccasional = this.#recent === undefined && now - this.#latestRequest >= RECENT_MS;
    this.#latestRequest = now;
    if (isOccasional) return now;
    clearTimeout(this.#recent);
    this.#recent = setTimeout(() => {
      this.#recent = undefined;
    }, RECENT_MS);
    return now;
  }
}
