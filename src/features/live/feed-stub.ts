/** Access to the live feed from the Worker. */
import type { Env, StorageLocals } from "../../env.ts";
import { retryRead } from "../../web/platform/transient.ts";
import type { LiveFeedObject, RecentEvents } from "./env.ts";

/** @returns A stub of the app's one feed. */
export function liveFeed({ LIVE_FEED }: Pick<Env, "LIVE_FEED">): DurableObjectStub<LiveFeedObject> {
  return LIVE_FEED.get(LIVE_FEED.idFromName("live"));
}

/** The latest samples and activities. A read that fails is repeated once. */
export function readRecent(env: Pick<Env, "LIVE_FEED">): Promise<RecentEvents> {
  return retryRead(async () => liveFeed(env).recent());
}

/** Calls a feed that never has listeners, and so counts nothing. */
export async function checkFeed({ env: { LIVE_FEED } }: StorageLocals): Promise<void> {
  const stub = () => LIVE_FEED.get(LIVE_FEED.idFromName("health"));
  await retryRead(async () => stub().report({ requests: 0, activities: {} }));
}
