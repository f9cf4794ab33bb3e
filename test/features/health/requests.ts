import { env } from "cloudflare:test";
import { publish } from "../../../scripts/assets.ts";
import { site } from "../../assets/assets.ts";
import { PUBLISHED } from "../../assets/requests.ts";
import type { RouteRequests } from "../../route-requests.ts";

export const requests: RouteRequests = {
  "GET /health": async () => ({ path: "/health", status: 200 }),
  "GET /health/ready": async () => {
    await publish(site(PUBLISHED), env);
    return { path: "/health/ready", status: 200 };
  },
};
