/** Health: whether the Worker answers, and whether what it stands on does. */
import { limitAddress } from "../../limits/limit-address.ts";
import { READ, route } from "../../web/app/scope.ts";
import { checkBucket, checkChat, checkDatabase, checkFeed, checkLimiter, checkManifest } from "./checks.ts";

export const health = [
  route.on(READ, "/health", {
    resolve: () => new Response("OK", { headers: { "Cache-Control": "no-store" } }),
  }),
  route.on(READ, "/health/ready", {
    guards: [limitAddress],
    resolve: async ({ locals }) => {
      const { DB, RATE_LIMITER, CHAT_ROOM, LIVE_FEED, FILES, ASSETS, ASSET_MANIFEST } = locals.env;
      const [database, limiter, chat, live, files, assets, manifest] = await Promise.all([
        checkDatabase(DB),
        checkLimiter(RATE_LIMITER),
        checkChat(CHAT_ROOM),
        checkFeed(LIVE_FEED),
        checkBucket(FILES),
        checkBucket(ASSETS),
        checkManifest(ASSET_MANIFEST),
      ]);
      const checks = { database, limiter, chat, live, files, assets, manifest };
      const isReady = Object.values(checks).every((check) => check === "ok");
      const headers = { "Cache-Control": "no-store", ...(!isReady && { "Retry-After": "5" }) };
      return Response.json(
        { status: isReady ? "ok" : "unavailable", checks },
        { status: isReady ? 200 : 503, headers },
      );
    },
  }),
];
