import { createAccount, openBrowser } from "../../harness.ts";
import type { RouteRequests } from "../../route-requests.ts";
import { feed } from "./listen.ts";

/** Wakes the feed, which reads its history only when it wakes. */
const wake = () => feed().report({ isolate: "waker", interval: 0, counts: [] });

export const requests: RouteRequests = {
  "GET /events": async () => {
    await wake();
    return { path: "/events", status: 200 };
  },
  "GET /ws/data-stream": async () => {
    await wake();
    return { path: "/ws/data-stream", init: { headers: { Upgrade: "websocket" } }, status: 101 };
  },
  "GET /live": async () => {
    const { headers } = await openBrowser(await createAccount());
    await wake();
    return { path: "/live", init: { headers }, status: 200 };
  },
};
