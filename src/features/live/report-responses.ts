/** Tells the live feed how many responses there are, at next to no cost while nobody listens. */
import type { AppFacts, AppLocals, Env } from "../../env.ts";
import type { OnResponseHandler } from "../../http/index.ts";
import { logFailure } from "../../web/app/log.ts";
import type { ResponseCounts } from "./env.ts";
import { liveFeed } from "./feed-stub.ts";

/** How long responses are counted before they are reported; and before it is asked again whether anybody listens. */
const GATHER_MS = 1_000;
const QUIET_MS = 5_000;

/** Of this isolate. */
let counts: { requests: number; activities: Record<string, number> } = { requests: 0, activities: {} };
let isListenedTo = false;
let isReporting = false;
let askedAt = Number.NEGATIVE_INFINITY;

/** At most one report a second leaves an isolate; while nobody listens one in 5 s, which is empty. */
export const reportResponse: OnResponseHandler<AppLocals> = ({ context, response }) => {
  const { request, route, locals } = context;
  if (isListenedTo) {
    counts.requests += 1;
    const activity = response.status < 400 ? activityOf(locals.app, request.method, route?.path) : undefined;
    if (activity !== undefined) counts.activities[activity] = (counts.activities[activity] ?? 0) + 1;
  }
  if (!isReporting && (isListenedTo || Math.abs(Date.now() - askedAt) >= QUIET_MS)) {
    isReporting = true;
    locals.ctx.waitUntil(report(locals.env));
  }
  return response;
};

function activityOf({ activities }: AppFacts, method: string, path: string | undefined): string | undefined {
  return activities.find(({ routes }) => routes.includes(`${method} ${path}`))?.name;
}

async function report(env: Env): Promise<void> {
  try {
    if (isListenedTo) await scheduler.wait(GATHER_MS);
    const gathered: ResponseCounts = counts;
    counts = { requests: 0, activities: {} };
    isListenedTo = await liveFeed(env).report(gathered);
  } catch (error) {
    isListenedTo = false;
    logFailure("The live feed could not be told of responses", error);
  } finally {
    askedAt = Date.now();
    isReporting = false;
  }
}
