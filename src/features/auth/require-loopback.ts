/** Keeps what belongs to the developer's own machine from requests through any other name. */
import { type Guard, type HeadContext, headGuard } from "../../http/index.ts";
import { stateFacts } from "../../web/app/guard-facts.ts";
import { isLoopback } from "../../web/request/own-origin.ts";
import type { ProblemLocals } from "../../web/respond/problem.ts";
import { deny } from "../../web/respond/refuse.ts";

/**
 * Denies with 404, as if there were nothing, unless the request's host is `localhost` or a loopback address. So a page
 * that makes its own name resolve to this machine (DNS rebinding), and a development server that a tunnel or a network
 * exposes, show nothing.
 */
export const requireLoopback: Guard<ProblemLocals> = stateFacts(
  headGuard(function requireLoopback(c: HeadContext<ProblemLocals>) {
    if (isLoopback(c.request)) return { allow: true };
    return deny(c, 404, "There is nothing at this address.");
  }),
  { denies: [404] },
);
