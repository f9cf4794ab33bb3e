/** Reports counts of responses to the live feed, at almost no cost while the feed has no listeners. */
import type { AppFacts, RequestEnv } from "../../env.ts";
import { logFailure } from "../../web/app/log.ts";
import type { SendHook } from "../../web/hooks/send-hook.ts";
import type { ResponseCounts } from "./env.ts";
import { liveFeed } from "./feed-stub.ts";

/** The interval of reports while the feed has listeners, and of checks for listeners otherwise. */
const REPORT_INTERVAL_MS = 1_000;
const IDLE_INTERVAL_MS = 5_000;

/** The state of this isolate. */
let counts: { requests: number; activities: Record<string, number> } = { requests: 0, activities: {} };
let hasListeners = false;
let isReporting = false;
let reportedAt = Number.NEGATIVE_INFINITY;

/** An isolate sends at most one report per second; without listeners, an empty one every 5 s. */
export const reportResponse: SendHook = ({ context, response }) => {
  const { request, route, locals } = context;
  if (hasListeners) {
    counts.requests += 1;
    const activity = response.status < 400 ? activityOf(locals.app, request.method, route?.path) : undefined;
    if (activity !== undefined) counts.activities[activity] = (counts.activities[activity] ?? 0) + 1;
  }
  if (!isReporting && (hasListeners || Math.abs(Date.now() - reportedAt) >= IDLE_INTERVAL_MS)) {
    isReporting = true;
    locals.ctx.waitUntil(report(locals.env));
  }
  return undefined;
};

function activityOf({ activities }: AppFacts, method: string, path: string | undefined): string | undefined {
  return activities.find(({ routes }) => routes.includes(`${method} ${path}`))?.name;
}

async function report(env: RequestEnv): Promise<void> {
  try {
    if (hasListeners) await scheduler.wait(REPORT_INTERVAL_MS);
    const collected: ResponseCounts = counts;
    counts = { requests: 0, activities: {} };
    hasListeners = await liveFeed(env).report(collected);
  } catch (error) {
    hasListeners = false;
    logFailure("The responses could not be reported to the live feed", error);
  } finally {
    reportedAt = Date.now();
    isReporting = false;
  }
}
