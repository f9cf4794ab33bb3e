/** Runs a task when it is requested, but not too often. */

/**
 * The first request runs the task at once. All requests that arrive while it runs, or before the interval has passed,
 * cause one more run. So many simultaneous events cost few runs, and a single event does not wait.
 */
export class Throttle {
  readonly #intervalMs: number;
  readonly #task: () => Promise<void>;
  #isBusy = false;
  #isRequested = false;

  /** @param task Must not reject. */
  constructor(intervalMs: number, task: () => Promise<void>) {
    this.#intervalMs = intervalMs;
    this.#task = task;
  }

  request(): void {
    this.#isRequested = true;
    if (!this.#isBusy) this.#run();
  }

  async #run(): Promise<void> {
    this.#isBusy = true;
    while (this.#isRequested) {
      this.#isRequested = false;
      const interval = new Promise((resolve) => setTimeout(resolve, this.#intervalMs));
      await Promise.all([this.#task(), interval]);
    }
    this.#isBusy = false;
  }
}
