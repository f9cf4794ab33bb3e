/** Reports whether the Worker responds, and whether its dependencies do. */
import { limitAddress } from "../../limits/limit-address.ts";
import { route } from "../../web/app/scope.ts";
import { readReadiness } from "./readiness.ts";
import { healthBody, readinessBody, unreadyBody } from "./schema.ts";

export const routes = [
  route.get("/health", {
    summary: "Check that the Worker responds",
    responses: { 200: healthBody },
    resolve: () => new Response("OK", { headers: { "Cache-Control": "no-store" } }),
  }),
  route.get("/health/ready", {
    summary: "Check the dependencies of the Worker, at most once every 5 seconds in an isolate",
    responses: { 200: readinessBody, 503: unreadyBody },
    guards: [limitAddress],
    resolve: async ({ locals }) => {
      const { isReady, checks, remainingMs } = await readReadiness(locals);
      if (isReady) return Response.json({ status: "ok", checks }, { headers: { "Cache-Control": "no-store" } });
      const headers = {
        "Cache-Control": "no-store",
        "Retry-After": String(Math.max(1, Math.ceil(remainingMs / 1000))),
      };
      return Response.json({ status: "unavailable", checks }, { status: 503, headers });
    },
  }),
];
