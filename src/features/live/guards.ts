/** What listening to the live feed requires: that the client's address does not listen too often already. */
import type { AppLocals } from "../../env.ts";
import { type Guard, type GuardResult, type HeadContext, headGuard } from "../../http/index.ts";
import { stateFacts } from "../../web/app/guard-facts.ts";
import { clientAddress } from "../../web/request/client-address.ts";
import { firstValue } from "../../web/request/query-value.ts";
import { deny } from "../../web/respond/refuse.ts";
import { EVENT_STREAM } from "./event-stream.ts";
import { liveFeed } from "./feed-stub.ts";
import { MAX_LISTENERS_PER_ADDRESS } from "./listener-limits.ts";
import { metricsOf } from "./metrics.ts";

/** What the guard adds. */
export interface ListenerLocals {
  /** The feed's own response, for the handler to return. For a HEAD request, a response that listens to nothing. */
  readonly feedResponse: Response;
}

const DETAIL = `${MAX_LISTENERS_PER_ADDRESS} an address`;

/**
 * Begins to listen, and denies with 429 where the client's address has too many listeners, or with 503 where the feed is
 * full. Only the feed can count them, so the guard connects to it: it must be the last of its route. Streams and sockets
 * count together, until they are closed.
 *
 * @param transport How the client listens.
 */
export function limitListeners(transport: "events" | "socket"): Guard<AppLocals, ListenerLocals> {
  const headers: HeadersInit = transport === "socket" ? { Upgrade: "websocket" } : {};
  return stateFacts(
    headGuard(async function limitListeners(c: HeadContext<AppLocals>): Promise<GuardResult<ListenerLocals>> {
      if (c.request.method === "HEAD") {
        return { allow: true, locals: { feedResponse: new Response(null, { headers: EVENT_STREAM }) } };
      }
      const after = c.request.headers.get("Last-Event-ID") ?? firstValue(c.raw.query.after);
      const query = new URLSearchParams({
        address: clientAddress(c.request),
        metrics: JSON.stringify(metricsOf(c.locals.app)),
        ...(after !== undefined && { after }),
      });
      const feedResponse = await liveFeed(c.locals.env).fetch(`http://feed/?${query}`, { headers });
      if (feedResponse.status === 429) {
        return deny(c, 429, `Limit of listeners: ${DETAIL}. Close one and try again.`, { "Retry-After": "10" });
      }
      if (feedResponse.status === 503) return deny(c, 503, "The live feed is full.", { "Retry-After": "30" });
      return { allow: true, locals: { feedResponse } };
    }),
    { denies: [429, 503], detail: DETAIL },
  );
}
