/** The Worker: what Cloudflare calls. */
import { app } from "./app.ts";
import type { Env } from "./env.ts";
import { sweepExpired } from "./identity/sweep.ts";

export { RateLimiter } from "./limits/rate-limiter.ts";

export default {
  fetch: app.fetch,
  scheduled: (_, env) => sweepExpired(env.DB),
} satisfies ExportedHandler<Env>;
