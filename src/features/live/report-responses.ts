/** Reports the responses of an isolate to the live feed: once a minute, and sooner while it has listeners. */
import type { AppFacts, RequestEnv } from "../../env.ts";
import { logFailure } from "../../web/app/log.ts";
import type { SendHook } from "../../web/hooks/send-hook.ts";
import type { Report } from "./env.ts";
import { liveFeed } from "./feed-stub.ts";
import { reportInterval } from "./report-intervals.ts";
import { ResponseCounter } from "./response-counter.ts";

/** The time after an activity during which others are added to its report. */
const BATCH_MS = 1_000;

/** The state of this isolate. Times are in milliseconds since the epoch. */
const counter = new ResponseCounter();
/** Set by the first report: a module must not create random values while it loads. */
let isolate = "";
let hasListeners = false;
/** The calls of `noteListener`. */
let listenersNoted = 0;
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
  } else if (!isWithin(1_000 * reportInterval(hasListeners), reportedAt, now)) {
    locals.ctx.waitUntil(report(locals.env));
  }
  return undefined;
};

/** For a request that adds a listener to the feed, and thereby also reports. If it fails, the next report is early. */
export function takeReportToListen(): Report {
  hasListeners = true;
  return takeReport();
}

function takeReport(): Report {
  reportedAt = Date.now();
  batchStartedAt = Number.NEGATIVE_INFINITY;
  return takeEarlyReport();
}

/** Takes a report without delaying the next one, for a request that does not learn whether the feed has listeners. */
export function takeEarlyReport(): Report {
  isolate ||= crypto.randomUUID();
  return { isolate, interval: reportInterval(hasListeners), counts: counter.take() };
}

/** Remembers that the feed has listeners: it has just added or refused one of this isolate. */
export function noteListener(): void {
  hasListeners = true;
  listenersNoted += 1;
}

function activityOf({ activities }: AppFacts, method: string, path: string | undefined): string | undefined {
  return activities.find(({ routes }) => routes.includes(`${method} ${path}`))?.name;
}

/** A report that fails is not repeated, since the feed may have counted it. */
async function report(env: RequestEnv): Promise<void> {
  const taken = takeReport();
  const notedBefore = listenersNoted;
  try {
    const isListenedTo = await liveFeed(env).report(taken);
    if (listenersNoted === notedBefore) hasListeners = isListenedTo;
  } catch (error) {
    hasListeners = false;
    logFailure("The responses could not be reported to the live feed", error);
  }
}

/** False if the clock went back. */
function isWithin(ms: number, since: number, now: number): boolean {
  return now >= since && now < since + ms;
}
