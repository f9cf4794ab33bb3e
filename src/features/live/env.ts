/** The binding of the live feed, and the interface of its Durable Object. */
import type { ActivityMetric } from "../../env.ts";

declare module "../../env.ts" {
  interface Env {
    readonly LIVE_FEED: DurableObjectNamespace<LiveFeedObject>;
  }
}

/** The Durable Object in `feed.ts`; `fetch` adds a listener. */
export interface LiveFeedObject extends Rpc.DurableObjectBranded {
  /** Adds a report. @returns Whether the feed has a listener, on which the time of the next report depends. */
  report(report: Report): Promise<boolean>;
  /** Adds a report. @returns The last five minutes of these metrics, and the latest activities. */
  recent(metrics: readonly Metric[], report: Report): Promise<RecentEvents>;
}

export interface RecentEvents {
  /** The id of the latest event, after which a client can resume. */
  readonly lastId: string;
  /** Samples of the last five minutes; those of each metric, oldest first. Times of which the feed knows nothing have none. */
  readonly samples: readonly Sample[];
  /** The latest activities, newest first. */
  readonly activities: readonly ActivityEvent[];
}

/** A metric of the feed. */
export interface Metric extends ActivityMetric {
  /** The name of the activity that it counts; null for metrics that the feed measures itself. */
  readonly activity: string | null;
}

/** The value of a metric at one moment. */
export interface Sample {
  /** ISO 8601, UTC. */
  readonly timestamp: string;
  readonly metric: string;
  readonly value: number;
  readonly status: "normal" | "warning" | "critical";
}

/** An activity, without the name of the user. */
export interface ActivityEvent {
  readonly timestamp: string;
  readonly activity: string;
  /** How many times it happened in that second, in one isolate. */
  readonly count: number;
}

/** The responses that an isolate has counted since its last report. */
export interface Report {
  /** An id of the isolate. */
  readonly isolate: string;
  /** The isolate reports again, at the latest, with its first response after this many seconds. */
  readonly interval: number;
  readonly counts: readonly SecondCount[];
}

/** The responses of one second. */
export interface SecondCount {
  /** Seconds since the epoch. */
  readonly second: number;
  readonly requests: number;
  /** By the name of the activity. */
  readonly activities: Readonly<Record<string, number>>;
}
