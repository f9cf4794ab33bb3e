/** What a listener has yet to take. Who takes too little is given up on. */

/** About four minutes of samples. */
const MAX_WAITING = 1_000;

export class EventQueue<T> {
  readonly #waiting: T[] = [];
  #isClosed = false;
  #wake = () => {};

  /** @returns Whether there will be more to push: not for a reader who is given up on. */
  push(item: T): boolean {
    if (this.#isClosed) return false;
    this.#waiting.push(item);
    if (this.#waiting.length > MAX_WAITING) this.close();
    this.#wake();
    return !this.#isClosed;
  }

  /** What waits is dropped: whoever comes back asks for it again. */
  close(): void {
    this.#isClosed = true;
    this.#waiting.length = 0;
    this.#wake();
  }

  /** Everything that is pushed, until the queue is closed. For one reader. */
  async *take(): AsyncGenerator<T, void, undefined> {
    while (!this.#isClosed) {
      const item = this.#waiting.shift();
      if (item !== undefined) yield item;
      else await this.#pushed();
    }
  }

  #pushed(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
