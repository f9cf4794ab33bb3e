import { type RouteRequests, visitorForm } from "../route-requests.ts";

export const requests: RouteRequests = {
  "POST /theme": async () => ({ path: "/theme", init: visitorForm({ theme: "dark" }), status: 303 }),
};
