/** The Worker: the handlers and Durable Objects that Cloudflare calls. */
import { app, sweeps } from "./app.ts";
import type { Env } from "./env.ts";
import { waitForAll } from "./web/app/wait-for-all.ts";

export { ChatRoom } from "./features/chat/room.ts";
export { LiveFeed } from "./features/live/feed.ts";
export { RateLimiter } from "./limits/rate-limiter.ts";

export default {
  fetch: app.fetch,
  scheduled: (_, env) => waitForAll(sweeps.map((sweep) => sweep(env))),
} satisfies ExportedHandler<Env>;
