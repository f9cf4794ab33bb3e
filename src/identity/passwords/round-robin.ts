/** A queue per key; items are taken from the queues in rotation. */

/**
 * The key served last stays behind all others, including later ones, until another is served. So between two items of a
 * key, every other key is served at most once, and a new key never waits for a second item of another key.
 */
export class RoundRobin<T> {
  /** In rotation order. No line is empty. */
  readonly #lines = new Map<string, readonly T[]>();
  #served: string | undefined;

  push(key: string, item: T): void {
    this.#lines.set(key, [...(this.#lines.get(key) ?? []), item]);
    if (this.#served !== undefined) this.#moveBack(this.#served);
  }

  shift(): readonly [key: string, item: T] | undefined {
    const [next] = this.#lines;
    if (!next) return undefined;
    const [key, [item, ...rest]] = next;
    this.#served = key;
    this.#lines.set(key, rest);
    this.#moveBack(key);
    return item === undefined ? undefined : [key, item];
  }

  #moveBack(key: string): void {
    const line = this.#lines.get(key) ?? [];
    this.#lines.delete(key);
    if (line.length > 0) this.#lines.set(key, line);
  }

  /** Removes the items that fail the test. */
  keep(test: (item: T) => boolean): void {
    for (const [key, line] of this.#lines) {
      const kept = line.filter(test);
      if (kept.length === 0) this.#lines.delete(key);
      else if (kept.length < line.length) this.#lines.set(key, kept);
    }
  }

  /** The number of waiting items of the key. */
  count(key: string): number {
    return this.#lines.get(key)?.length ?? 0;
  }

  /** The number of items that would be taken before an item of this key pushed now, if no other were pushed. */
  countBefore(key: string): number {
    const own = this.count(key);
    let before = own;
    let isAhead = true;
    for (const [other, { length }] of this.#lines) {
      if (other === key) isAhead = false;
      else before += Math.min(length, isAhead && other !== this.#served ? own + 1 : own);
    }
    return before;
  }
}
