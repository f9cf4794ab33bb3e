/** The events that a listener has not read yet. It closes when the listener reads too slowly. */

/** About four minutes of samples. */
const MAX_QUEUED = 1_000;

export class EventQueue<T> {
  readonly #items: T[] = [];
  #isClosed = false;
  #wake = () => {};

  /** @returns Whether the queue is still open. */
  push(item: T): boolean {
    if (this.#isClosed) return false;
    this.#items.push(item);
    if (this.#items.length > MAX_QUEUED) this.close();
    this.#wake();
    return !this.#isClosed;
  }

  /** Drops the queued items: a client that reconnects requests them again. */
  close(): void {
    this.#isClosed = true;
    this.#items.length = 0;
    this.#wake();
  }

  /** All items until the queue is closed. For a single reader. */
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
