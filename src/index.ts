/** The Worker: the handlers and Durable Objects that Cloudflare calls. */
import { app, sweeps } from "./app.ts";
import type { Env } from "./env.ts";
import { sweepNightly } from "./web/app/sweep-nightly.ts";
import { addDeadlines } from "./web/platform/binding-deadlines.ts";

export { ChatRoom } from "./features/chat/room.ts";
export { LiveFeed } from "./features/live/feed.ts";
export { RateLimiter } from "./limits/rate-limiter.ts";

export default {
  fetch: app.fetch,
  scheduled: (_, env) => sweepNightly({ env: addDeadlines(env), db: env.DB }, sweeps),
} satisfies ExportedHandler<Env>;
