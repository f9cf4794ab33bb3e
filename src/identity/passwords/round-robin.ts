/** A queue per key; items are taken from the queues in rotation. */

/**
 * The key served last stays behind all others, including later ones, until another is served. So between two items of a
 * key, every other key is served at most once, and a new key never waits for a second item of another key.
 */
export class RoundRobin<T> {
  /** In rotation order. No queue is empty. */
  readonly #queues = new Map<string, readonly T[]>();
  #served: string | undefined;

  push(key: string, item: T): void {
    this.#queues.set(key, [...(this.#queues.get(key) ?? []), item]);
    if (this.#served !== undefined) this.#moveBack(this.#served);
  }

  shift(): readonly [key: string, item: T] | undefined {
    const [next] = this.#queues;
    if (!next) return undefined;
    const [key, [item, ...rest]] = next;
    this.#served = key;
    this.#queues.set(key, rest);
    this.#moveBack(key);
    return item === undefined ? undefined : [key, item];
  }

  #moveBack(key: string): void {
    const queue = this.#queues.get(key) ?? [];
    this.#queues.delete(key);
    if (queue.length > 0) this.#queues.set(key, queue);
  }

  /** Removes the items that fail the test. */
  keep(test: (item: T) => boolean): void {
    for (const [key, queue] of this.#queues) {
      const kept = queue.filter(test);
      if (kept.length === 0) this.#queues.delete(key);
      else if (kept.length < queue.length) this.#queues.set(key, kept);
    }
  }

  /** The number of waiting items of the key. */
  count(key: string): number {
    return this.#queues.get(key)?.length ?? 0;
  }

  /** The number of items that would be taken before an item of this key pushed now, if no other were pushed. */
  countBefore(key: string): number {
    const own = this.count(key);
    let before = own;
    let isAhead = true;
    for (const [other, { length }] of this.#queues) {
      if (other === key) isAhead = false;
      else before += Math.min(length, isAhead && other !== this.#served ? own + 1 : own);
    }
    return before;
  }
}
