/** The responses that isolates have reported for the last minutes, by the second in which they were sent. */
import type { ActivityEvent, Report, SecondCount } from "./env.ts";
import { IsolateMinute, MINUTE_SECONDS, type StoredMinute } from "./isolate-minute.ts";

/** The displayed five minutes, and the minute over which their first value is summed. */
export const RETENTION_SECONDS = 6 * MINUTE_SECONDS;
const MAX_ACTIVITIES = 20;
/** More isolates report so often that the object stays in memory. */
const MAX_STORED_ISOLATES = 100;

/** A history as it is stored. */
export interface StoredHistory {
  /** The second since the epoch of the first response that was ever reported; null if there are no reports. */
  readonly since: number | null;
  /** Oldest first. */
  readonly seconds: readonly SecondCount[];
  /** Newest first. */
  readonly activities: readonly ActivityEvent[];
  /** The busiest ones. */
  readonly isolates: readonly StoredMinute[];
}

const EMPTY: StoredHistory = { since: null, seconds: [], activities: [], isolates: [] };

/** The reports of the last six minutes. All seconds are since the epoch. */
export class ReportHistory {
  #since: number | null;
  readonly #seconds: Map<number, SecondCount>;
  #activities: readonly ActivityEvent[];
  readonly #isolates: Map<string, IsolateMinute>;
  /** The second in which old values were last removed. */
  #cleanedAt = 0;

  constructor({ since, seconds, activities, isolates }: StoredHistory = EMPTY) {
    this.#since = since;
    this.#seconds = new Map(seconds.map((count) => [count.second, count]));
    this.#activities = activities;
    this.#isolates = new Map(isolates.map((stored) => [stored.isolate, new IsolateMinute(stored)]));
  }

  /** The second of the first response that was ever reported; null if there are no reports. */
  get since(): number | null {
    return this.#since;
  }

  /** The latest activities, newest first. */
  get activities(): readonly ActivityEvent[] {
    return this.#activities;
  }

  get stored(): StoredHistory {
    const seconds = [...this.#seconds.values()].sort((a, b) => a.second - b.second);
    const totals = [...this.#isolates].map(([isolate, minute]) => ({ isolate, minute, total: minute.total }));
    const busiest = totals.sort((a, b) => b.total - a.total).slice(0, MAX_STORED_ISOLATES);
    const isolates = busiest.map(({ isolate, minute }) => minute.toStored(isolate));
    return { since: this.#since, seconds, activities: this.#activities, isolates };
  }

  /** Adds a report. @param now The second in which it arrives. @returns Its activities, as events. */
  add({ isolate, interval, counts }: Report, now: number): ActivityEvent[] {
    this.#removeOld(now);
    // The clocks of the isolate and of this object may differ.
    const added = counts
      .map((count) => ({ ...count, second: Math.min(count.second, now) }))
      .filter(({ second }) => second > now - RETENTION_SECONDS);
    for (const count of added) this.#seconds.set(count.second, sumOf(count, this.#seconds.get(count.second)));
    const minute = this.#isolates.get(isolate) ?? new IsolateMinute();
    minute.add({ interval, counts: added }, now);
    this.#isolates.set(isolate, minute);
    if (added[0]) this.#since ??= added[0].second;
    const events = added.flatMap(toEvents);
    this.#activities = [...events, ...this.#activities].sort(byTime).slice(0, MAX_ACTIVITIES);
    return events;
  }

  /** How often an activity happened in the minute before each second of a period. */
  activitiesBetween(activity: string, first: number, last: number): number[] {
    return this.#minutesBetween(first, last, ({ activities }) => activities[activity] ?? 0);
  }

  /**
   * The requests in the minute before each second of a period. An isolate that has yet to report the end of that minute
   * is assumed to have served as many requests in it as in the last minute that it has reported.
   */
  requestsBetween(first: number, last: number): number[] {
    const sums = this.#minutesBetween(first, last, ({ requests }) => requests);
    for (const minute of this.#isolates.values()) minute.addAssumed(sums, first);
    return sums;
  }

  /** Sums the minute that ends with each second from `first` to `last`. */
  #minutesBetween(first: number, last: number, toValue: (count: SecondCount) => number): number[] {
    const valueAt = (second: number) => {
      const count = this.#seconds.get(second);
      return count === undefined ? 0 : toValue(count);
    };
    const sums: number[] = [];
    let sum = 0;
    for (let second = first - MINUTE_SECONDS + 1; second <= last; second += 1) {
      sum += valueAt(second);
      if (second < first) continue;
      sums.push(sum);
      sum -= valueAt(second - MINUTE_SECONDS + 1);
    }
    return sums;
  }

  #removeOld(now: number): void {
    if (this.#cleanedAt === now) return;
    this.#cleanedAt = now;
    for (const second of this.#seconds.keys()) if (second <= now - RETENTION_SECONDS) this.#seconds.delete(second);
    for (const [isolate, { until }] of this.#isolates) if (until <= now) this.#isolates.delete(isolate);
  }
}

function sumOf(added: SecondCount, known: SecondCount | undefined): SecondCount {
  const activities = { ...known?.activities };
  for (const [name, count] of Object.entries(added.activities)) activities[name] = (activities[name] ?? 0) + count;
  return { second: added.second, requests: added.requests + (known?.requests ?? 0), activities };
}

function toEvents({ second, activities }: SecondCount): ActivityEvent[] {
  const timestamp = new Date(second * 1_000).toISOString();
  return Object.entries(activities).map(([activity, count]) => ({ timestamp, activity, count }));
}

function byTime(a: ActivityEvent, b: ActivityEvent): number {
  return a.timestamp < b.timestamp ? 1 : a.timestamp > b.timestamp ? -1 : 0;
}
