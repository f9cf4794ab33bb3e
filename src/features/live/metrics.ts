/** The metrics of the feed: collects counts, returns samples. */
import type { AppFacts } from "../../env.ts";
import type { ActivityEvent, Metric, ResponseCounts, Sample } from "./env.ts";

/** Built-in metrics. */
const REQUESTS: Metric = {
  name: "requests",
  title: "Requests",
  unit: "per second",
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

const MINUTE_MS = 60_000;

/** Requests are averaged over this time, because isolates do not report evenly. */
const AVERAGED_SECONDS = 3;

export class Metrics {
  #metrics: readonly Metric[] = [];
  /** Requests of the last seconds; the last entry is the current second. */
  #requests: number[] = [0];
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
    this.#requests.push((this.#requests.pop() ?? 0) + requests);
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
    this.#activities = this.#activities.filter(({ at }) => at > now - MINUTE_MS);
    const timestamp = new Date(now).toISOString();
    const samples = this.#metrics.map((metric) => {
      const value = this.#valueOf(metric);
      return { timestamp, metric: metric.name, value, status: statusOf(metric, value) };
    });
    this.#requests = [...this.#requests, 0].slice(-AVERAGED_SECONDS);
    return samples;
  }

  #valueOf({ name, activity }: Metric): number {
    if (name === REQUESTS.name) return Math.round((sum(this.#requests) / AVERAGED_SECONDS) * 10) / 10;
    if (name === SOCKETS.name) return this.#sockets;
    return sum(this.#activities.map(({ event }) => (event.activity === activity ? event.count : 0)));
  }
}

function statusOf({ warning, critical }: Metric, value: number): Sample["status"] {
  if (value >= critical) return "critical";
  return value >= warning ? "warning" : "normal";
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
