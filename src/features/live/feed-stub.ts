/** Access to the live feed from the Worker. */
import type { Env, StorageLocals } from "../../env.ts";
import { retryRead } from "../../web/platform/transient.ts";
import type { LiveFeedObject, Metric, RecentEvents, Report } from "./env.ts";

/** @returns A stub of the app's one feed. */
export function liveFeed({ LIVE_FEED }: Pick<Env, "LIVE_FEED">): DurableObjectStub<LiveFeedObject> {
  return LIVE_FEED.get(LIVE_FEED.idFromName("live"));
}

/**
 * Adds a report and reads the last five minutes of these metrics. A failed read is repeated once, without the report,
 * since the feed may already have counted it.
 */
export function readRecent(
  env: Pick<Env, "LIVE_FEED">,
  metrics: readonly Metric[],
  report: Report,
): Promise<RecentEvents> {
  let counts = report.counts;
  return retryRead(async () => {
    const sent = { ...report, counts };
    counts = [];
    return liveFeed(env).recent(metrics, sent);
  });
}

/** Sends an empty report to a feed that never has listeners. */
export async function checkFeed({ env: { LIVE_FEED } }: StorageLocals): Promise<void> {
  const stub = () => LIVE_FEED.get(LIVE_FEED.idFromName("health"));
  await retryRead(async () => stub().report({ isolate: "health", interval: 0, counts: [] }));
}
