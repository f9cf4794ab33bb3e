/** Tells the live feed how many responses there are, at next to no cost while nobody listens. */
import type { AppLocals, Env, ResponseCounts } from "../../env.ts";
import type { OnResponseHandler } from "../../http/index.ts";
import { logFailure } from "../../web/app/log.ts";
import { isSafeMethod } from "../../web/request/safe-method.ts";
import { liveFeed } from "./feed-stub.ts";

/** How long responses are counted before they are reported; and before it is asked again whether anybody listens. */
const GATHER_MS = 1_000;
const QUIET_MS = 5_000;

/** Of this isolate. */
let counts: { requests: number; changes: Record<string, number> } = { requests: 0, changes: {} };
let isListenedTo = false;
let isReporting = false;
let askedAt = Number.NEGATIVE_INFINITY;

/** At most one report a second leaves an isolate; while nobody listens one in 5 s, which is empty. */
export const reportResponse: OnResponseHandler<AppLocals> = ({ context, response }) => {
  const { request, route, locals } = context;
  if (isListenedTo) count(request.method, route?.path, response.status);
  if (!isReporting && (isListenedTo || Math.abs(Date.now() - askedAt) >= QUIET_MS)) {
    isReporting = true;
    locals.ctx.waitUntil(report(locals.env));
  }
  return response;
};

function count(method: string, path: string | undefined, status: number): void {
  counts.requests += 1;
  if (isSafeMethod(method) || path === undefined || status >= 400) return;
  const route = `${method} ${path}`;
  counts.changes[route] = (counts.changes[route] ?? 0) + 1;
}

async function report(env: Env): Promise<void> {
  try {
    if (isListenedTo) await scheduler.wait(GATHER_MS);
    const gathered: ResponseCounts = counts;
    counts = { requests: 0, changes: {} };
    isListenedTo = await liveFeed(env).report(gathered);
  } catch (error) {
    isListenedTo = false;
    logFailure("The live feed could not be told of responses", error);
  } finally {
    askedAt = Date.now();
    isReporting = false;
  }
}
