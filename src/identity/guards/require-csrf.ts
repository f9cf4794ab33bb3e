/** Requires that a request that changes state and carries a cookie comes from a page of ours. */
import type { AppLocals, Env } from "../../env.ts";
import { type Guard, type HeadContext, headGuard } from "../../http/index.ts";
import { stateFacts } from "../../web/app/guard-facts.ts";
import { isOwnOrigin } from "../../web/request/own-origin.ts";
import { isSafeMethod } from "../../web/request/safe-method.ts";
import { deny } from "../../web/respond/refuse.ts";
import type { SignedIn } from "../users/user.ts";

type Needs = Pick<AppLocals, "env" | "requestId"> & Partial<SignedIn>;

/**
 * Denies with 403 what another site may have made a browser send. Access tokens and API keys are not
 * sent by a browser on its own, so requests that were recognised by one need no proof.
 */
export const requireCsrf: Guard<Needs> = stateFacts(
  headGuard(function requireCsrf(c: HeadContext<Needs>) {
    const { request, locals } = c;
    const isProven = locals.auth !== undefined && locals.auth.via !== "session";
    if (isProven || isSafeMethod(request.method) || isSameOrigin(request, locals.env)) return { allow: true };
    return deny(c, 403, "This request does not come from a page of this site.");
  }),
  { denies: [403] },
);

/**
 * `Sec-Fetch-Site` decides, which no page can set (Fetch Metadata). Where a browser does not send it, `Origin` must be
 * the app's own; text browsers send only `Referer`, whose origin then decides. A header that is there and does not fit
 * refuses the request, also `Origin: null`: nothing falls back to a weaker one.
 */
function isSameOrigin(request: Request, env: Pick<Env, "PUBLIC_ORIGIN">): boolean {
  const { headers } = request;
  const site = headers.get("Sec-Fetch-Site");
  if (site !== null) return site === "same-origin" || site === "none";
  const referer = headers.get("Referer") ?? "";
  const origin = headers.get("Origin") ?? (URL.canParse(referer) ? new URL(referer).origin : "");
  return isOwnOrigin(request, env, origin);
}
