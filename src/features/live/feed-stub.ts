/** The way to the live feed, for whoever has something to tell it. What fails is logged: nobody waits for it. */
import type { Env, LiveFeedObject } from "../../env.ts";
import { logFailure } from "../../web/app/log.ts";

/** There is one. */
export function liveFeed({ LIVE_FEED }: Pick<Env, "LIVE_FEED">): DurableObjectStub<LiveFeedObject> {
  return LIVE_FEED.get(LIVE_FEED.idFromName("live"));
}

/** Tells how many sockets a chat room has. */
export async function reportSockets(env: Env, room: string, count: number): Promise<void> {
  try {
    await liveFeed(env).reportSockets(room, count);
  } catch (error) {
    logFailure("The live feed could not be told of a chat room", error);
  }
}
