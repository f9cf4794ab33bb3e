/** Asks what the app stands on for a sign of life: which error there was is in the logs, not for whoever asks. */
import type { Env } from "../../env.ts";
import { logFailure } from "../../web/app/log.ts";
import { ping } from "./store.ts";

export type Check = "ok" | "failed";

export function checkDatabase(db: D1Database): Promise<Check> {
  return check(() => ping(db));
}

/** Asks an object of its own for nothing, which it refuses and keeps no account of. */
export function checkLimiter(limiter: Env["RATE_LIMITER"]): Promise<Check> {
  return check(() => limiter.get(limiter.idFromName("health")).take(0, 0));
}

/** Asks a room that nobody enters for nothing; it leaves no trace. */
export function checkChat(rooms: Env["CHAT_ROOM"]): Promise<Check> {
  return check(() => rooms.get(rooms.idFromName(" health")).history(0, 0));
}

/** Tells the feed of nothing. */
export function checkFeed(feed: Env["LIVE_FEED"]): Promise<Check> {
  return check(() => feed.get(feed.idFromName("health")).report({ requests: 0, changes: {} }));
}

/** Asks for an object that is not there. */
export function checkBucket(bucket: R2Bucket): Promise<Check> {
  return check(() => bucket.head("health"));
}

export function checkManifest(manifest: KVNamespace): Promise<Check> {
  return check(() => manifest.get("health"));
}

async function check(ask: () => unknown): Promise<Check> {
  try {
    await ask();
    return "ok";
  } catch (error) {
    logFailure("A check of readiness failed", error);
    return "failed";
  }
}
