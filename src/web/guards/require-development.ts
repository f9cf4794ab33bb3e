/** Requires that the app runs in development. */
import type { AppLocals } from "../../env.ts";
import { type Guard, type HeadContext, headGuard } from "../../http/index.ts";
import { stateFacts } from "../app/guard-facts.ts";
import { deny } from "../respond/refuse.ts";

/**
 * Requires that the app runs in development. Denies with 404, as for an unknown path, unless `ENVIRONMENT` is
 * `development`.
 */
export const requireDevelopment: Guard<AppLocals> = stateFacts(
  headGuard(function requireDevelopment(c: HeadContext<AppLocals>) {
    if (c.locals.env.ENVIRONMENT === "development") return { allow: true };
    return deny(c, 404, "There is nothing at this address.");
  }),
  {
    denies: [404],
    explanation: "Requires that the app runs in development.",
    preview: ({ locals: { env } }) => (env.ENVIRONMENT === "development" ? "allow" : "deny"),
  },
);
