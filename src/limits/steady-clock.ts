/** A clock that goes on evenly while the one of the machine jumps. */

/**
 * How long a reading is known to be recent, and the elapsed time that is then called a jump. Milliseconds. The
 * platform lets an object go after 10 s without a request: a timer that kept it longer would have to be paid for.
 */
const RECENT_MS = 5_000;
const JUMP_MS = 10_000;

/**
 * Time as the object lives it, in milliseconds: the machine's clock and an offset that swallows
 * its jumps. It never goes back. It does not leap ahead either while readings follow one another: a
 * timer, which a clock that is set does not move, tells that the last one was a moment ago. After
 * a quiet of 5 s, or a restart, there is nothing but the machine's clock to tell how long it was.
 */
export class SteadyClock {
  offset: number;
  #latest: number;
  #recent: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param offset What an earlier clock had come to, in the life of the object before.
   * @param latest A time that the clock has certainly reached.
   */
  constructor(offset: number, latest = Number.NEGATIVE_INFINITY) {
    this.offset = offset;
    this.#latest = latest;
  }

  now(): number {
    const elapsed = Date.now() + this.offset - this.#latest;
    const hasJumped = elapsed < 0 || (this.#recent !== undefined && elapsed > JUMP_MS);
    if (hasJumped) this.offset -= elapsed;
    this.#latest = Date.now() + this.offset;
    clearTimeout(this.#recent);
    this.#recent = setTimeout(() => {
      this.#recent = undefined;
    }, RECENT_MS);
    return this.#latest;
  }
}
