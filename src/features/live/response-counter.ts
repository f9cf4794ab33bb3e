/** Counts the responses of an isolate during the last minute, until they are reported. */
import type { ResponseCounts } from "./env.ts";

const MAX_AGE_SECONDS = 60;

interface SecondCount {
  /** Since the epoch. */
  readonly second: number;
  requests: number;
  /** By the name of the activity. */
  readonly activities: Map<string, number>;
}

export class ResponseCounter {
  #counts: SecondCount[] = [];

  /** Counts a response. @param activity The name of the activity that it completes. */
  add(activity: string | undefined): void {
    const current = this.#currentSecond();
    current.requests += 1;
    if (activity !== undefined) current.activities.set(activity, (current.activities.get(activity) ?? 0) + 1);
  }

  /** @returns The counts of the last minute, which are then forgotten. */
  take(): ResponseCounts {
    this.#removeOld();
    const taken = { requests: 0, activities: {} as Record<string, number> };
    for (const { requests, activities } of this.#counts) {
      taken.requests += requests;
      for (const [name, count] of activities) taken.activities[name] = (taken.activities[name] ?? 0) + count;
    }
    this.#counts = [];
    return taken;
  }

  #currentSecond(): SecondCount {
    const second = Math.floor(Date.now() / 1_000);
    const last = this.#counts.at(-1);
    if (last?.second === second) return last;
    this.#removeOld();
    const added = { second, requests: 0, activities: new Map<string, number>() };
    this.#counts.push(added);
    return added;
  }

  /** Also removes counts in the future, after the clock went back. */
  #removeOld(): void {
    const now = Math.floor(Date.now() / 1_000);
    this.#counts = this.#counts.filter(({ second }) => second <= now && second > now - MAX_AGE_SECONDS);
  }
}
