/** The live feed: what the app is doing, as server-sent events and over a socket. */
import { requireOwnOrigin } from "../../identity/guards/require-own-origin.ts";
import { commonLimits } from "../../identity/limits.ts";
import { loadSession, saveSession } from "../../identity/page-session.ts";
import { visited } from "../../identity/scope.ts";
import { visitorOf } from "../../identity/visitor.ts";
import { requireUpgrade } from "../../web/guards/require-upgrade.ts";
import { htmlResponse } from "../../web/html.ts";
import { liveFeed } from "../../web/live-feed.ts";
import { offerPage } from "../../web/navigation.ts";
import { group, READ, route } from "../../web/scope.ts";
import { limitListeners } from "./guards.ts";
import { THRESHOLDS } from "./metrics.ts";
import { livePage } from "./pages.ts";

offerPage({ label: "Live", path: "/live", for: "anyone" });

const feed = group({
  guards: [...commonLimits],
  handlers: [
    route.on(READ, "/events", {
      guards: [limitListeners("events")],
      resolve: ({ locals }) => locals.feedResponse,
    }),
    route.on(READ, "/ws/data-stream", {
      guards: [requireUpgrade, requireOwnOrigin, limitListeners("socket")],
      resolve: ({ locals }) => locals.feedResponse,
    }),
  ],
});

const page = group({
  guards: [...commonLimits, loadSession],
  onResponse: saveSession,
  handlers: [
    visited.route.on(READ, "/live", {
      resolve: async (c) =>
        htmlResponse(livePage(await visitorOf(c), THRESHOLDS, await liveFeed(c.locals.env).recent())),
    }),
  ],
});

export const live = [...feed, ...page];
