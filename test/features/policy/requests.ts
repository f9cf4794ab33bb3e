import { createAccount, openBrowser } from "../../harness.ts";
import type { RouteRequests } from "../../route-requests.ts";

export const requests: RouteRequests = {
  "GET /policy": async () => {
    const { headers } = await openBrowser(await createAccount({ role: "admin" }));
    return { path: "/policy", init: { headers }, status: 200 };
  },
};
