/** Access to the live feed from the Worker. */
import type { Env, StorageLocals } from "../../env.ts";
import type { LiveFeedObject } from "./env.ts";

/** @returns A stub of the app's one feed. */
export function liveFeed({ LIVE_FEED }: Pick<Env, "LIVE_FEED">): DurableObjectStub<LiveFeedObject> {
  return LIVE_FEED.get(LIVE_FEED.idFromName("live"));
}

/** Calls a feed that never has listeners. */
export async function checkFeed({ env: { LIVE_FEED } }: StorageLocals): Promise<void> {
  await LIVE_FEED.get(LIVE_FEED.idFromName("health")).report({ requests: 0, activities: {} });
}
