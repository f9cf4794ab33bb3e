/** A clock that advances steadily even if the machine's clock jumps. */

/**
 * The time for which a reading counts as recent, and the elapsed time that then counts as a jump. Short, because
 * a pending timer keeps an object in memory, which is billed.
 */
const RECENT_MS = 5_000;
const JUMP_MS = 10_000;

/**
 * Time as the object experiences it, in milliseconds: the machine's clock plus an offset that absorbs jumps.
 *
 * - It never goes back.
 * - It does not leap ahead while requests follow one another within 5 s: a timer, which is independent of the machine's
 *   clock, proves that the last reading was recent. An elapsed time of more than 10 s is then a jump.
 * - An occasional request, which follows none within 5 s, starts no timer. After it, after 5 s without requests, and
 *   after a restart, the machine's clock decides, so a leap ahead is indistinguishable from a time without requests.
 *   The second of two requests within 5 s restores the protection.
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

  /** Reads the time for a request, and starts the timer if the request follows another within 5 s. */
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
