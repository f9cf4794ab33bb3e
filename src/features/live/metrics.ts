/** The metrics of the feed, and their samples. */
import type { AppFacts } from "../../env.ts";
import type { Metric, Sample } from "./env.ts";
import { MINUTE_SECONDS } from "./isolate-minute.ts";
import type { ReportHistory } from "./report-history.ts";

/** Built-in metrics. */
const REQUESTS: Metric = {
  name: "requests",
  title: "Requests",
  unit: "per second, over the last minute",
  warning: 100,
  critical: 500,
  activity: null,
};
export const SOCKETS: Metric = {
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

/** The seconds between two samples of the past. */
const PAST_STEP_SECONDS = 5;

/** Samples metrics, in the present and in the past. */
export class Sampler {
  /** The metrics to sample. */
  metrics: readonly Metric[] = [];
  /** The number of open sockets; undefined until they have been counted. */
  sockets: number | undefined;
  readonly #history: ReportHistory;

  constructor(history: ReportHistory) {
    this.#history = history;
  }

  /** @param at Milliseconds since the epoch. @returns A sample of each metric whose value is known. */
  sampleNow(at: number): Sample[] {
    const second = Math.floor(at / 1_000);
    return this.metrics.flatMap((metric) => {
      const value = metric.name === SOCKETS.name ? this.sockets : this.#reportedBetween(metric, second, second)[0];
      return value === undefined ? [] : [toSample(metric, value, at)];
    });
  }

  /**
   * Samples of the metrics that isolates report, at the start, every five seconds and at the end. They begin with the
   * first report. Each counts the responses in the minute before it, even those that were reported later.
   *
   * @param start Milliseconds since the epoch, like `end`.
   */
  samplePast(metrics: readonly Metric[], start: number, end: number): Sample[] {
    const { since } = this.#history;
    if (since === null) return [];
    const [first, last] = [Math.max(Math.ceil(start / 1_000), since), Math.floor(end / 1_000)];
    const steps = Array.from({ length: Math.max(0, last - first) }, (_, index) => first + index);
    const seconds = [...steps.filter((second) => second === first || second % PAST_STEP_SECONDS === 0), last];
    const reported = metrics.filter(({ name }) => name !== SOCKETS.name);
    const lines = reported.map((metric) => ({ metric, values: this.#reportedBetween(metric, first, last) }));
    return seconds.flatMap((second) =>
      lines.map(({ metric, values }) => toSample(metric, values[second - first] ?? 0, second * 1_000)),
    );
  }

  /** The value at each second of a period. */
  #reportedBetween({ activity }: Metric, first: number, last: number): number[] {
    if (activity !== null) return this.#history.activitiesBetween(activity, first, last);
    const requests = this.#history.requestsBetween(first, last);
    return requests.map((count) => Math.round((count / MINUTE_SECONDS) * 10) / 10);
  }
}

/** @param at Milliseconds since the epoch. */
function toSample(metric: Metric, value: number, at: number): Sample {
  return { timestamp: new Date(at).toISOString(), metric: metric.name, value, status: statusOf(metric, value) };
}

export function statusOf({ warning, critical }: Metric, value: number): Sample["status"] {
  if (value >= critical) return "critical";
  return value >= warning ? "warning" : "normal";
}
