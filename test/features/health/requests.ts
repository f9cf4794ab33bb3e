import type { RouteRequests } from "../../route-requests.ts";

export const requests: RouteRequests = {
  "GET /health": async () => ({ path: "/health", status: 200 }),
  "GET /health/ready": async () => ({ path: "/health/ready", status: 200 }),
};
