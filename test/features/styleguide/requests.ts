import type { RouteRequests } from "../../route-requests.ts";

export const requests: RouteRequests = {
  "GET /styleguide": async () => ({ path: "/styleguide", status: 200 }),
};
