/** Health: whether the Worker answers, and whether what it stands on does. */
import { READ, route } from "../../web/scope.ts";
import { checkDatabase } from "./store.ts";

export const health = [
  route.on(READ, "/health", {
    resolve: () => new Response("OK", { headers: { "Cache-Control": "no-store" } }),
  }),
  route.on(READ, "/health/ready", {
    resolve: async ({ locals }) => {
      const checks = { database: await checkDatabase(locals.env.DB) };
      const isReady = Object.values(checks).every((check) => check === "ok");
      const headers = { "Cache-Control": "no-store", ...(!isReady && { "Retry-After": "5" }) };
      return Response.json(
        { status: isReady ? "ok" : "unavailable", checks },
        { status: isReady ? 200 : 503, headers },
      );
    },
  }),
];
