/** The limit of listeners for each client address. */
import type { AppLocals } from "../../env.ts";
import { type Guard, type GuardResult, type HeadContext, headGuard } from "../../http/index.ts";
import { stateFacts } from "../../web/app/guard-facts.ts";
import { WRITE_DEADLINE_MS, withDeadline } from "../../web/platform/transient.ts";
import { clientAddress } from "../../web/request/client-address.ts";
import { firstValue } from "../../web/request/query-value.ts";
import { deny } from "../../web/respond/refuse.ts";
import { EVENT_STREAM } from "./event-stream.ts";
import { liveFeed } from "./feed-stub.ts";
import { listenUrl } from "./listen-request.ts";
import { MAX_LISTENERS_PER_ADDRESS } from "./listener-limits.ts";
import { metricsOf } from "./metrics.ts";
import { noteListener, takeReportToListen } from "./report-responses.ts";

/** The locals that the guard adds. */
export interface ListenerLocals {
  /** The response of the feed, for the handler to return. For a HEAD request, one without a listener. */
  readonly feedResponse: Response;
}

const DETAIL = `${MAX_LISTENERS_PER_ADDRESS} per address`;

/**
 * Limits the listeners of each network address. Connects to the feed, and denies with 429 if the client's address has
 * too many listeners, or with 503 if the feed is full. Only the feed can count its listeners, and a connection counts
 * until it is closed. So this guard must be the last one of its route.
 */
export function limitListeners(transport: "events" | "socket"): Guard<AppLocals, ListenerLocals> {
  const headers: HeadersInit = transport === "socket" ? { Upgrade: "websocket" } : {};
  return stateFacts(
    headGuard(async function limitListeners(c: HeadContext<AppLocals>): Promise<GuardResult<ListenerLocals>> {
      if (c.request.method === "HEAD") {
        return { allow: true, locals: { feedResponse: new Response(null, { headers: EVENT_STREAM }) } };
      }
      const url = listenUrl({
        address: clientAddress(c.request),
        after: c.request.headers.get("Last-Event-ID") ?? firstValue(c.raw.query.after) ?? null,
        metrics: metricsOf(c.locals.app),
        report: takeReportToListen(),
      });
      const connecting = liveFeed(c.locals.env).fetch(url, { headers });
      const feedResponse = await withDeadline(connecting, WRITE_DEADLINE_MS);
      noteListener();
      if (feedResponse.status === 429) {
        return deny(c, 429, `Limit of listeners: ${DETAIL}. Close one and try again.`, { "Retry-After": "10" });
      }
      if (feedResponse.status === 503)
        return deny(c, 503, "The live feed has too many listeners. Try again later.", { "Retry-After": "30" });
      return { allow: true, locals: { feedResponse } };
    }),
    {
      denies: [429, 503],
      explanation: "Limits the listeners of each network address.",
      detail: DETAIL,
      requestHeaders: { "Last-Event-ID": "The id of the last event received; the feed resumes after it." },
    },
  );
}
