/** Reports the responses of an isolate to the live feed: once a minute, and activities at once while it has listeners. */
import type { AppFacts, RequestEnv } from "../../env.ts";
import { logFailure } from "../../web/app/log.ts";
import type { SendHook } from "../../web/hooks/send-hook.ts";
import type { ResponseCounts } from "./env.ts";
import { liveFeed } from "./feed-stub.ts";
import { ResponseCounter } from "./response-counter.ts";

/** Each report is a billed request to the object, and it tells the isolate whether the feed has listeners. */
const REPORT_INTERVAL_MS = 60_000;
/** The time after an activity during which others are added to its report. */
const BATCH_MS = 1_000;

/** The state of this isolate. Times are in milliseconds since the epoch. */
const counter = new ResponseCounter();
let hasListeners = false;
/** Listeners that this isolate has added. */
let listenersAdded = 0;
let reportedAt = Number.NEGATIVE_INFINITY;
let batchStartedAt = Number.NEGATIVE_INFINITY;

/** Counts each response, and reports it if a report is due. */
export const reportResponse: SendHook = ({ context, response }) => {
  const { request, route, locals } = context;
  const activity = response.status < 400 ? activityOf(locals.app, request.method, route?.path) : undefined;
  counter.add(activity);
  const now = Date.now();
  if (isWithin(BATCH_MS, batchStartedAt, now)) return undefined;
  if (hasListeners && activity !== undefined) {
    batchStartedAt = now;
    locals.ctx.waitUntil(scheduler.wait(BATCH_MS).then(() => report(locals.env)));
  } else if (!isWithin(REPORT_INTERVAL_MS, reportedAt, now)) {
    locals.ctx.waitUntil(report(locals.env));
  }
  return undefined;
};

/** For a request that adds a listener to the feed, and thereby also reports. @returns The counts to report. */
export function takeCounts(): ResponseCounts {
  reportedAt = Date.now();
  batchStartedAt = Number.NEGATIVE_INFINITY;
  return counter.take();
}

/** Remembers that the feed has a listener, which this isolate has just added. */
export function noteListener(): void {
  hasListeners = true;
  listenersAdded += 1;
}

function activityOf({ activities }: AppFacts, method: string, path: string | undefined): string | undefined {
  return activities.find(({ routes }) => routes.includes(`${method} ${path}`))?.name;
}

/** A report that fails is not repeated, since the feed may have counted it. */
async function report(env: RequestEnv): Promise<void> {
  const counts = takeCounts();
  const addedBefore = listenersAdded;
  try {
    const isListenedTo = await liveFeed(env).report(counts);
    if (listenersAdded === addedBefore) hasListeners = isListenedTo;
  } catch (error) {
    hasListeners = false;
    logFailure("The responses could not be reported to the live feed", error);
  }
}

/** False if the clock went back. */
function isWithin(ms: number, since: number, now: number): boolean {
  return now >= since && now < since + ms;
}
