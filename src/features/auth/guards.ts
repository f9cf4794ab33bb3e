/** The guard that hides the outbox from other machines. */
import { type Guard, type HeadContext, headGuard } from "../../http/index.ts";
import { stateFacts } from "../../web/app/guard-facts.ts";
import { isLoopback } from "../../web/request/own-origin.ts";
import type { ProblemLocals } from "../../web/respond/problem.ts";
import { deny } from "../../web/respond/refuse.ts";

/**
 * Requires that the address of the app is localhost or a loopback address. Denies with 404, as for an unknown path,
 * unless the request's host is `localhost` or a loopback address. This protects a development server against DNS
 * rebinding, and one that is exposed to a network or through a tunnel.
 */
export const requireLoopback: Guard<ProblemLocals> = stateFacts(
  headGuard(function requireLoopback(c: HeadContext<ProblemLocals>) {
    if (isLoopback(c.request)) return { allow: true };
    return deny(c, 404, "There is nothing at this address.");
  }),
  {
    denies: [404],
    explanation: "Requires that the address of the app is localhost or a loopback address.",
    preview: ({ request }) => (isLoopback(request) ? "allow" : "deny"),
  },
);
