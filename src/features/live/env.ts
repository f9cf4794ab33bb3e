/** The binding of the live feed, and the interface of its Durable Object. */
import type { ActivityMetric } from "../../env.ts";

declare module "../../env.ts" {
  interface Env {
    readonly LIVE_FEED: DurableObjectNamespace<LiveFeedObject>;
  }
}

/** The Durable Object in `feed.ts`; `fetch` adds a listener. */
export interface LiveFeedObject extends Rpc.DurableObjectBranded {
  /** Adds the counts of an isolate since its last report. @returns Whether the feed has a listener. */
  report(counts: ResponseCounts): Promise<boolean>;
  /** The latest samples and activities, newest first. */
  recent(): Promise<RecentEvents>;
}

export interface RecentEvents {
  readonly samples: readonly Sample[];
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
  /** How many times since the last report. */
  readonly count: number;
}

/** Counts of the responses of an isolate. */
export interface ResponseCounts {
  readonly requests: number;
  /** By the name of the activity. */
  readonly activities: Readonly<Record<string, number>>;
}
