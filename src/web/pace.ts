/** How fast a socket may send: a token bucket, and patience with who pays it no heed. */

/** Frames a second, and at once after a pause. */
const SUSTAINED = 20;
const BURST = 60;
/** Frames that are refused before the socket is closed; a pause that fills the bucket wipes them out. */
const PATIENCE = 60;

export type Pacing = "fine" | "too fast" | "hopeless";

/** Of one socket. It starts full, and a clock that goes back takes nothing from it. */
export class Pace {
  #tokens = BURST;
  #refused = 0;
  #at = Date.now();

  /** Takes a frame into account. */
  take(): Pacing {
    const now = Date.now();
    this.#tokens = Math.min(BURST, this.#tokens + (Math.max(0, now - this.#at) / 1000) * SUSTAINED);
    this.#at = now;
    if (this.#tokens === BURST) this.#refused = 0;
    if (this.#tokens >= 1) {
      this.#tokens -= 1;
      return "fine";
    }
    this.#refused += 1;
    return this.#refused > PATIENCE ? "hopeless" : "too fast";
  }
}
