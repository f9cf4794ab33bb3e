/** The responses of the health checks. */
import * as z from "zod";
import { describeBody } from "../../web/contract/bodies.ts";

export const healthBody = describeBody(z.literal("OK"), { mediaTypes: ["text/plain"] });

/** The result of each check, by its name. A dependency that is `off` is not configured, and the app works without it. */
export const readinessBody = z
  .object({
    status: z.enum(["ok", "unavailable"]),
    checks: z.record(z.string(), z.enum(["ok", "off", "failed"])),
  })
  .meta({ id: "Readiness" });

export const unreadyBody = describeBody(readinessBody, {
  description: "A check failed.",
  headers: { "Retry-After": "Seconds to wait before the next request." },
});
