/** Counts the responses of an isolate by the second, until they are reported. */
import type { SecondCount } from "./env.ts";
import { RETENTION_SECONDS } from "./report-history.ts";

interface OpenCount extends SecondCount {
  requests: number;
  readonly activities: Record<string, number>;
}

export class ResponseCounter {
  #counts: OpenCount[] = [];

  /** Counts a response. @param activity The name of the activity that it completes. */
  add(activity: string | undefined): void {
    const current = this.#currentSecond();
    current.requests += 1;
    if (activity !== undefined) current.activities[activity] = (current.activities[activity] ?? 0) + 1;
  }

  /** @returns The counts of the time that the feed keeps, oldest first, which are then forgotten. */
  take(): SecondCount[] {
    this.#removeOld();
    const taken = this.#counts;
    this.#counts = [];
    return taken;
  }

  #currentSecond(): OpenCount {
    const second = Math.floor(Date.now() / 1_000);
    const last = this.#counts.at(-1);
    if (last?.second === second) return last;
    this.#removeOld();
    const added = { second, requests: 0, activities: {} };
    this.#counts.push(added);
    return added;
  }

  /** Also removes counts in the future, after the clock went back. */
  #removeOld(): void {
    const now = Math.floor(Date.now() / 1_000);
    this.#counts = this.#counts.filter(({ second }) => second <= now && second > now - RETENTION_SECONDS);
  }
}
