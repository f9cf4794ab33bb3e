/** The live feed for clients: server-sent events and WebSockets. */
import { requireOwnOrigin } from "../../identity/guards/require-own-origin.ts";
import { commonLimits } from "../../identity/limits.ts";
import { group, route } from "../../web/app/scope.ts";
import { requireUpgrade } from "../../web/guards/require-upgrade.ts";
import { limitListeners } from "./guards.ts";

export const api = group({
  guards: [...commonLimits],
  handlers: [
    route.get("/events", {
      cors: true,
      guards: [limitListeners("events")],
      resolve: ({ locals }) => locals.feedResponse,
    }),
    route.get("/ws/data-stream", {
      guards: [requireUpgrade, requireOwnOrigin, limitListeners("socket")],
      resolve: ({ locals }) => locals.feedResponse,
    }),
  ],
});
