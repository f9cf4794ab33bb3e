/** The limits as a part of the app. */
import type { Part } from "../web/app/feature.ts";
import { expiredKeys, keysOfUsers } from "./idempotency-store.ts";
import { showRateLimits } from "./rate-limit-headers.ts";

export const limits: Part = {
  // An object that no policy uses. With a limit of 0, it stores nothing.
  checks: { limiter: ({ env: { RATE_LIMITER } }) => RATE_LIMITER.get(RATE_LIMITER.idFromName("health")).take(0, 0) },
  sweeps: [expiredKeys],
  erasures: [keysOfUsers],
  onSend: showRateLimits,
};
