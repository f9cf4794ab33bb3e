/** What an isolate remembers of the denials that it was told, so that it need not ask again. */
import type { Ruling } from "../env.ts";

const MOST_KEYS = 10_000;

/** Denials by key, each until its time. */
export class Denials {
  readonly #byKey = new Map<string, { readonly since: number; readonly until: number }>();

  /** @returns The denial that still holds. None where the clock has gone back behind it: then it says nothing. */
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

  /** @param forMs Milliseconds. */
  remember(key: string, forMs: number): void {
    if (this.#byKey.has(key)) return;
    const [oldest] = this.#byKey.keys();
    if (oldest !== undefined && this.#byKey.size >= MOST_KEYS) this.#byKey.delete(oldest);
    this.#byKey.set(key, { since: Date.now(), until: Date.now() + forMs });
  }
}
