import { createAccount, openBrowser } from "../../harness.ts";
import type { RouteRequests } from "../../route-requests.ts";

export const requests: RouteRequests = {
  "GET /events": async () => ({ path: "/events", status: 200 }),
  "GET /ws/data-stream": async () => ({
    path: "/ws/data-stream",
    init: { headers: { Upgrade: "websocket" } },
    status: 101,
  }),
  "GET /live": async () => {
    const { headers } = await openBrowser(await createAccount());
    return { path: "/live", init: { headers }, status: 200 };
  },
};
