import type { RouteRequests } from "../../route-requests.ts";

export const requests: RouteRequests = {
  "GET /openapi.json": async () => ({ path: "/openapi.json", status: 200 }),
  "GET /docs": async () => ({ path: "/docs", status: 200 }),
};
