/** A clock that advances evenly while the machine's clock jumps. */

/**
 * How long a reading counts as recent, and the elapsed time that then counts as a jump. Milliseconds. A pending timer
 * keeps an object in memory, where it has to be paid for.
 */
const RECENT_MS = 5_000;
const JUMP_MS = 10_000;

/**
 * Time as the object experiences it, in milliseconds: the machine's clock plus an offset that absorbs jumps.
 *
 * - It never goes back.
 * - It does not leap ahead while requests follow one another within 5 s: a timer, which a change of the machine's
 *   clock does not affect, proves that the last reading was recent. An elapsed time of more than 10 s is then a jump.
 * - A request that follows none within 5 s (an occasional one) starts no timer. After it, after 5 s without requests,
 *   and after a restart, elapsed time is what the machine's clock says, so a leap ahead at such a moment is
 *   indistinguishable from a time without requests. The second of two requests within 5 s restores the protection.
 */
export class SteadyClock {
  offset: number;
  #latest: number;
  #latestRequest = Number.NEGATIVE_INFINITY;
  #recent: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param offset The last offset of the clock that this one continues.
   * @param latest A time that the clock has certainly reached.
   */
  constructor(offset: number, latest = Number.NEGATIVE_INFINITY) {
    this.offset = offset;
    this.#latest = latest;
  }

  /** Reads the time, and starts no timer. */
  now(): number {
    const elapsed = Date.now() + this.offset - this.#latest;
    const hasJumped = elapsed < 0 || (this.#recent !== undefined && elapsed > JUMP_MS);
    if (hasJumped) this.offset -= elapsed;
    this.#latest = Date.now() + this.offset;
    return this.#latest;
  }

  /** Reads the time for a request, and starts the timer if the request follows another. */
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
