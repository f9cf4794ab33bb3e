/** What a listener has yet to take. Who takes too little is given up on. */

/** About four minutes of samples. */
const MAX_QUEUED = 1_000;

export class EventQueue<T> {
  readonly #items: T[] = [];
  #isClosed = false;
  #wake = () => {};

  /** @returns Whether there will be more to push: not for a reader who is given up on. */
  push(item: T): boolean {
    if (this.#isClosed) return false;
    this.#items.push(item);
    if (this.#items.length > MAX_QUEUED) this.close();
    this.#wake();
    return !this.#isClosed;
  }

  /** What waits is dropped: whoever comes back asks for it again. */
  close(): void {
    this.#isClosed = true;
    this.#items.length = 0;
    this.#wake();
  }

  /** Everything that is pushed, until the queue is closed. For one reader. */
  async *take(): AsyncGenerator<T, void, undefined> {
    while (!this.#isClosed) {
      const item = this.#items.shift();
      if (item !== undefined) yield item;
      else await this.#nextPush();
    }
  }

  #nextPush(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
