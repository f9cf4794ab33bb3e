/** What an isolate served in the minute before its last report, from which its present is assumed. */
import type { Report } from "./env.ts";

export const MINUTE_SECONDS = 60;
/** An isolate that has not reported this long after its interval has served nothing since. */
const GRACE_SECONDS = 5;

/** A minute as it is stored. Seconds are since the epoch. */
export interface StoredMinute {
  readonly isolate: string;
  /** The second in which the isolate reported last. */
  readonly at: number;
  /** The second from which its silence means that it has served nothing. */
  readonly until: number;
  /** The number of requests in each second, at the index of the second modulo 60. */
  readonly requests: readonly number[];
}

/** Keeps only numbers, since the feed may have thousands of isolates. */
export class IsolateMinute {
  #at: number;
  #until: number;
  readonly #requests: Uint32Array;

  constructor({ at, until, requests }: Omit<StoredMinute, "isolate"> = { at: 0, until: 0, requests: [] }) {
    [this.#at, this.#until] = [at, until];
    this.#requests = new Uint32Array(MINUTE_SECONDS);
    this.#requests.set(requests);
  }

  /** The second from which nothing is assumed. */
  get until(): number {
    return this.#until;
  }

  get total(): number {
    return this.#requests.reduce((total, requests) => total + requests, 0);
  }

  toStored(isolate: string): StoredMinute {
    return { isolate, at: this.#at, until: this.#until, requests: [...this.#requests] };
  }

  /** Adds a report that arrives at a second. Its counts are not of the future. */
  add({ interval, counts }: Omit<Report, "isolate">, now: number): void {
    const past = Math.max(this.#at, now - MINUTE_SECONDS);
    for (let second = past + 1; second <= now; second += 1) this.#requests[second % MINUTE_SECONDS] = 0;
    for (const { second, requests } of counts) {
      const index = second % MINUTE_SECONDS;
      if (second > now - MINUTE_SECONDS) this.#requests[index] = (this.#requests[index] ?? 0) + requests;
    }
    [this.#at, this.#until] = [now, now + interval + GRACE_SECONDS];
  }

  /**
   * Adds to the requests in the minute before each second those that the isolate has yet to report: as many as in the
   * last minute that it has reported.
   *
   * @param sums The first one is of the second `first`.
   */
  addAssumed(sums: number[], first: number): void {
    const end = Math.min(this.#until, first + sums.length);
    let assumed = 0;
    for (let second = this.#at + 1; second < end; second += 1) {
      if (second <= this.#at + MINUTE_SECONDS) assumed += this.#requests[second % MINUTE_SECONDS] ?? 0;
      if (second >= first) sums[second - first] = (sums[second - first] ?? 0) + assumed;
    }
  }
}
