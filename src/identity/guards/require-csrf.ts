/** Requires that a request that changes state and carries a cookie comes from a page of ours. */
import { type Guard, type HeadContext, headGuard } from "../../http/index.ts";
import { stateFacts } from "../../web/guard-facts.ts";
import type { ProblemLocals } from "../../web/problem.ts";
import { deny } from "../../web/refuse.ts";
import type { SignedIn } from "../user.ts";

type Needs = ProblemLocals & Partial<SignedIn>;

const SAFE_METHODS = ["GET", "HEAD", "OPTIONS"];

/**
 * Denies with 403 what another site may have made a browser send. Access tokens and API keys are not
 * sent by a browser on its own, so requests that were recognised by one need no proof.
 */
export const requireCsrf: Guard<Needs> = stateFacts(
  headGuard(function requireCsrf(c: HeadContext<Needs>) {
    const { request, locals } = c;
    const isProven = locals.auth !== undefined && locals.auth.via !== "session";
    if (isProven || SAFE_METHODS.includes(request.method) || isSameOrigin(request)) return { allow: true };
    return deny(c, 403, "This request does not come from a page of this site.");
  }),
  { denies: [403] },
);

/**
 * `Sec-Fetch-Site` decides, which no page can set (Fetch Metadata); where a browser does not send
 * it, `Origin` has to be ours. With neither, nothing is known, which is not enough.
 */
function isSameOrigin({ headers, url }: Request): boolean {
  const site = headers.get("Sec-Fetch-Site");
  if (site !== null) return site === "same-origin" || site === "none";
  return headers.get("Origin") === new URL(url).origin;
}
