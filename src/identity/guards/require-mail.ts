/** The guard of routes whose only purpose is to send an e-mail. */
import type { AppLocals } from "../../env.ts";
import { type Guard, type HeadContext, headGuard } from "../../http/index.ts";
import { stateFacts } from "../../web/app/guard-facts.ts";
import { deny } from "../../web/respond/refuse.ts";
import { isMailOn } from "../mail/providers.ts";

/** Only a deploy turns mail on. */
const RETRY_SECONDS = 3600;

/**
 * Requires that the app can send mail. Denies with 503 while no provider is configured, whether or not the recipient has
 * an account.
 */
export const requireMail: Guard<AppLocals> = stateFacts(
  headGuard(function requireMail(c: HeadContext<AppLocals>) {
    if (isMailOn(c.locals.env)) return { allow: true };
    return deny(c, 503, "Mail is not configured, so no link can be sent.", { "Retry-After": String(RETRY_SECONDS) });
  }),
  {
    denies: [503],
    explanation: "Requires that the app can send mail.",
    preview: ({ locals: { env } }) => (isMailOn(env) ? "allow" : "deny"),
  },
);
