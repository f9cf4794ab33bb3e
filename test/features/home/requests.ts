import type { RouteRequests } from "../../route-requests.ts";

export const requests: RouteRequests = {
  "GET /": async () => ({ path: "/", status: 200 }),
};
