/** Health: whether the Worker answers, and whether what it stands on does. */
import { READ, route } from "../../web/scope.ts";
import { checkDatabase, checkLimiter, checkTokenKeys } from "./checks.ts";

export const health = [
  route.on(READ, "/health", {
    resolve: () => new Response("OK", { headers: { "Cache-Control": "no-store" } }),
  }),
  route.on(READ, "/health/ready", {
    resolve: async ({ locals }) => {
      const { DB, RATE_LIMITER, TOKEN_KEYS } = locals.env;
      const [database, limiter, tokens] = await Promise.all([
        checkDatabase(DB),
        checkLimiter(RATE_LIMITER),
        checkTokenKeys(TOKEN_KEYS),
      ]);
      const checks = { database, limiter, tokens };
      const isReady = Object.values(checks).every((check) => check === "ok");
      const headers = { "Cache-Control": "no-store", ...(!isReady && { "Retry-After": "5" }) };
      return Response.json(
        { status: isReady ? "ok" : "unavailable", checks },
        { status: isReady ? 200 : 503, headers },
      );
    },
  }),
];
