/** The metrics of the feed: counts in, samples out. */
import type { AppFacts } from "../../env.ts";
import type { ActivityEvent, Metric, ResponseCounts, Sample } from "./env.ts";

/** Measured in every app. */
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

/** @returns The metrics that the app has: its own, and one for each activity that a feature counts. */
export function metricsOf({ activities }: Pick<AppFacts, "activities">): readonly Metric[] {
  const counted = activities.flatMap(({ name, metric }) => (metric ? [{ ...metric, activity: name }] : []));
  return [REQUESTS, SOCKETS, ...counted];
}

const MINUTE_MS = 60_000;

/** Seconds over which requests are averaged: reports of isolates do not arrive evenly. */
const AVERAGED_SECONDS = 3;

export class Metrics {
  #metrics: readonly Metric[] = [];
  /** Of the last seconds; the last entry is the current second. */
  #requests: number[] = [0];
  #activities: { readonly at: number; readonly event: ActivityEvent }[] = [];
  #sockets = 0;

  /** How many metrics each sample has. */
  get size(): number {
    return this.#metrics.length;
  }

  /** Sets the metrics to sample: those of the app that a listener came through. */
  use(metrics: readonly Metric[]): void {
    this.#metrics = metrics;
  }

  /** @returns The activities, for the listeners. */
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

  /** One sample of each metric; call it once a second. */
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
