/** Lines of items, one for each key, whose heads are taken in turn. */

/**
 * The key that was served last stays behind all others, later ones included, until the next is served. So between two
 * items of a line, every other key gets one turn at most, and a key that is new waits for no second item of a line.
 */
export class RoundRobin<T> {
  /** In the order of the rotation. No line is empty. */
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

  /** How many items of the key wait. */
  count(key: string): number {
    return this.#lines.get(key)?.length ?? 0;
  }

  /** How many items are taken before one of this key that is pushed now, if no other is pushed. */
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
