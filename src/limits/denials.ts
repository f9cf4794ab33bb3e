/** The denials that an isolate remembers, so that a flood does not reach the objects. */
import type { Ruling } from "../env.ts";

const MAX_KEYS = 10_000;

/** Denials by key, each with its expiry. */
export class Denials {
  readonly #byKey = new Map<string, { readonly since: number; readonly until: number }>();

  /** @returns A denial that is still valid; undefined if the clock has gone back to before the denial. */
  find(key: string): Ruling | undefined {
    const denial = this.#byKey.get(key);
    if (!denial) return undefined;
    const now = Date.now();
    if (denial.since <= now && now < denial.until) {
      return { isAdmitted: false, remaining: 0, resetMs: denial.until - now };
    }
    this.#byKey.delete(key);
    return undefined;
  }

  /** Forgets the oldest denial if there are already 10,000. @param forMs Milliseconds. */
  remember(key: string, forMs: number): void {
    if (this.#byKey.has(key)) return;
    const [oldest] = this.#byKey.keys();
    if (oldest !== undefined && this.#byKey.size >= MAX_KEYS) this.#byKey.delete(oldest);
    this.#byKey.set(key, { since: Date.now(), until: Date.now() + forMs });
  }
}
