/** The metrics of the feed: collects counts, returns samples. */
import type { AppFacts } from "../../env.ts";
import type { ActivityEvent, Metric, ResponseCounts, Sample } from "./env.ts";

/** Built-in metrics. */
const REQUESTS: Metric = {
  name: "requests",
  title: "Requests",
  unit: "per second, on average over the last minute",
  warning: 100,
  critical: 500,
  activity: null,
};
const SOCKETS: Metric = {
  name: "sockets",
  title: "Sockets",
  unit: "open now",
  warning: 1_000,
  critical: 5_000,
  activity: null,
};

/** @returns The built-in metrics, and those of the activities. */
export function metricsOf({ activities }: Pick<AppFacts, "activities">): readonly Metric[] {
  const counted = activities.flatMap(({ name, metric }) => (metric ? [{ ...metric, activity: name }] : []));
  return [REQUESTS, SOCKETS, ...counted];
}

/** Isolates report at least as often as this, if they have anything to report. */
const MINUTE_MS = 60_000;
const MINUTE_SECONDS = 60;

export class Metrics {
  #metrics: readonly Metric[] = [];
  #requests: { readonly at: number; readonly count: number }[] = [];
  #activities: { readonly at: number; readonly event: ActivityEvent }[] = [];
  #sockets = 0;

  /** The number of metrics. */
  get size(): number {
    return this.#metrics.length;
  }

  /** Sets the metrics to sample. */
  use(metrics: readonly Metric[]): void {
    this.#metrics = metrics;
  }

  /** Adds a report. @returns Its activities, as events. */
  count({ requests, activities }: ResponseCounts): ActivityEvent[] {
    if (requests > 0) this.#requests.push({ at: Date.now(), count: requests });
    const timestamp = new Date().toISOString();
    const events = Object.entries(activities).map(([activity, count]) => ({ timestamp, activity, count }));
    this.#activities.push(...events.map((event) => ({ at: Date.now(), event })));
    return events;
  }

  setSockets(count: number): void {
    this.#sockets = count;
  }

  /** @returns A sample of each metric. Call it once a second. */
  sample(): Sample[] {
    const now = Date.now();
    this.#requests = this.#requests.filter(({ at }) => at > now - MINUTE_MS);
    this.#activities = this.#activities.filter(({ at }) => at > now - MINUTE_MS);
    const timestamp = new Date(now).toISOString();
    const samples = this.#metrics.map((metric) => {
      const value = this.#valueOf(metric);
      return { timestamp, metric: metric.name, value, status: statusOf(metric, value) };
    });
    return samples;
  }

  #valueOf({ name, activity }: Metric): number {
    if (name === REQUESTS.name) return perSecond(sum(this.#requests.map(({ count }) => count)));
    if (name === SOCKETS.name) return this.#sockets;
    return sum(this.#activities.map(({ event }) => (event.activity === activity ? event.count : 0)));
  }
}

function statusOf({ warning, critical }: Metric, value: number): Sample["status"] {
  if (value >= critical) return "critical";
  return value >= warning ? "warning" : "normal";
}

/** @param perMinute Requests. @returns One decimal. */
function perSecond(perMinute: number): number {
  return Math.round((perMinute / MINUTE_SECONDS) * 10) / 10;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
