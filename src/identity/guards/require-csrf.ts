/** Requires that state-changing requests that may rely on a cookie come from a page of this app. */
import type { AppLocals, Env } from "../../env.ts";
import { type Guard, type HeadContext, headGuard } from "../../http/index.ts";
import { stateFacts } from "../../web/app/guard-facts.ts";
import { isOwnOrigin } from "../../web/request/own-origin.ts";
import { isSafeMethod } from "../../web/request/safe-method.ts";
import { deny } from "../../web/respond/refuse.ts";
import type { SignedIn } from "../users/user.ts";

type CsrfNeeds = Pick<AppLocals, "env" | "requestId"> & Partial<SignedIn>;

/**
 * Requires that state-changing requests that may rely on a cookie come from a page of this app. Denies with 403 a
 * request that another site may have made a browser send. A browser never sends access tokens and API keys by itself,
 * so requests authenticated by one need no further proof.
 */
export const requireCsrf: Guard<CsrfNeeds> = stateFacts(
  headGuard(function requireCsrf(c: HeadContext<CsrfNeeds>) {
    const { request, locals } = c;
    const isProven = locals.auth !== undefined && locals.auth.via !== "session";
    if (isProven || isSafeMethod(request.method) || isSameOrigin(request, locals.env)) return { allow: true };
    return deny(c, 403, "This request does not come from a page of this site.");
  }),
  {
    denies: [403],
    explanation: "Requires that state-changing requests that may rely on a cookie come from a page of this app.",
    preview: ({ methods, isAuthenticated, locals: { auth } }) => {
      const isProven = isAuthenticated && auth !== undefined && auth.via !== "session";
      return isProven || methods.every(isSafeMethod) ? "allow" : "depends";
    },
  },
);

/**
 * Whether a page of this app sent the request. `Sec-Fetch-Site` decides, since no page can set it (Fetch Metadata). If a
 * browser does not send it, `Origin` must be the app's own. Text browsers send only `Referer`, whose origin then decides. A header that is present and does not
 * match refuses the request, `Origin: null` included: there is no fallback to a weaker header.
 */
export function isSameOrigin(request: Request, env: Pick<Env, "PUBLIC_ORIGIN">): boolean {
  const { headers } = request;
  const site = headers.get("Sec-Fetch-Site");
  if (site !== null) return site === "same-origin" || site === "none";
  const referer = headers.get("Referer") ?? "";
  const origin = headers.get("Origin") ?? (URL.canParse(referer) ? new URL(referer).origin : "");
  return isOwnOrigin(request, env, origin);
}
