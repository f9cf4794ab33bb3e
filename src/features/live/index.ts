/** The live feed: what the app is doing, as server-sent events and over a socket. */
import type { AppLocals } from "../../env.ts";
import { requireOwnOrigin } from "../../identity/guards/require-own-origin.ts";
import { limitApi } from "../../identity/limits.ts";
import { loadSession, saveSession } from "../../identity/page-session.ts";
import { visited } from "../../identity/scope.ts";
import { visitorOf } from "../../identity/visitor.ts";
import { EVENT_STREAM } from "../../web/event-stream.ts";
import { requireUpgrade } from "../../web/guards/require-upgrade.ts";
import { htmlResponse } from "../../web/html.ts";
import { liveFeed } from "../../web/live-feed.ts";
import { offerPage } from "../../web/navigation.ts";
import { firstValue } from "../../web/query-value.ts";
import { refuse } from "../../web/refuse.ts";
import { group, READ, route } from "../../web/scope.ts";
import { THRESHOLDS } from "./metrics.ts";
import { livePage } from "./pages.ts";

offerPage({ label: "Live", path: "/live", for: "anyone" });

/** How the feed is listened to. */
interface Listening {
  readonly request: Request;
  readonly locals: AppLocals;
}

const feed = group({
  guards: [limitApi],
  handlers: [
    route.on(READ, "/events", {
      resolve: (c) => {
        if (c.request.method === "HEAD") return new Response(null, { headers: EVENT_STREAM });
        return listen(c, c.request.headers.get("Last-Event-ID") ?? firstValue(c.raw.query.after), {});
      },
    }),
    route.on(READ, "/ws/data-stream", {
      guards: [requireUpgrade, requireOwnOrigin],
      resolve: (c) => listen(c, firstValue(c.raw.query.after), { Upgrade: "websocket" }),
    }),
  ],
});

const page = group({
  guards: [loadSession],
  onResponse: saveSession,
  handlers: [
    visited.route.on(READ, "/live", {
      resolve: async (c) =>
        htmlResponse(livePage(await visitorOf(c), THRESHOLDS, await liveFeed(c.locals.env).recent())),
    }),
  ],
});

export const live = [...feed, ...page];

/** @param after The last event that the client has; undefined for new ones only. */
async function listen(c: Listening, after: string | undefined, headers: HeadersInit): Promise<Response> {
  const query = after === undefined ? "" : `?${new URLSearchParams({ after })}`;
  const response = await liveFeed(c.locals.env).fetch(`http://feed/${query}`, { headers });
  if (response.status !== 503) return response;
  return refuse(c, 503, "Too many are listening at the moment.", { "Retry-After": "30" });
}
