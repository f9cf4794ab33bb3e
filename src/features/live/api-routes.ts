/** The live feed for clients: server-sent events and WebSockets. */
import { requireOwnOrigin } from "../../identity/guards/require-own-origin.ts";
import { commonLimits } from "../../identity/limits.ts";
import { group, route } from "../../web/app/scope.ts";
import { describeBody, noBody, rawBody } from "../../web/contract/bodies.ts";
import { requireUpgrade } from "../../web/guards/require-upgrade.ts";
import { limitListeners } from "./guards.ts";

export const api = group({
  guards: [...commonLimits],
  handlers: [
    route.get("/events", {
      summary: "Follow the live feed as server-sent events",
      responses: { 200: describeBody(rawBody, { mediaTypes: ["text/event-stream"] }) },
      cors: true,
      guards: [limitListeners("events")],
      resolve: ({ locals }) => locals.feedResponse,
    }),
    route.get("/ws/data-stream", {
      summary: "Follow the live feed over a WebSocket",
      responses: { 101: describeBody(noBody, { description: "The socket is open." }) },
      guards: [requireUpgrade, requireOwnOrigin, limitListeners("socket")],
      resolve: ({ locals }) => locals.feedResponse,
    }),
  ],
});
