/** Requires an authenticated caller: a user with an access token or a session, or a program with an API key. */
import type { AppLocals } from "../../env.ts";
import { type Guard, type HeadContext, headGuard } from "../../http/index.ts";
import { stateFacts } from "../../web/app/guard-facts.ts";
import { hxRedirect, isHtmx } from "../../web/pages/htmx.ts";
import { nextPath } from "../../web/request/next-path.ts";
import { prefersHtml } from "../../web/request/prefers-html.ts";
import { deny } from "../../web/respond/refuse.ts";
import { seeOther } from "../../web/respond/see-other.ts";
import { type IdentityProblem, identify } from "../sessions/identify.ts";
import type { SignedIn } from "../users/user.ts";
import { isPermissionGuard } from "./require-permission.ts";

/**
 * Supplies `user` and `auth`. Denies an unauthenticated request with 401. A browser that opens a page, or in which
 * HTMX requests a part of one, is redirected to the sign-in page and returns after signing in. API keys are accepted
 * only on routes guarded by `requirePermission`; other routes deny them with 403.
 */
export const requireAuth: Guard<AppLocals, SignedIn> = stateFacts(
  headGuard(async function requireAuth(c: HeadContext<AppLocals>) {
    const { signedIn, problem = "no credential" } = await identify(c);
    if (!signedIn) return denyStranger(c, problem);
    if (signedIn.auth.via === "key" && !c.route.guards.some(isPermissionGuard)) {
      return deny(c, 403, "API keys are not accepted here. Sign in.");
    }
    return { allow: true, locals: signedIn };
  }),
  { denies: [303, 401, 403] },
);

const DETAILS: Readonly<Record<IdentityProblem, string>> = {
  "no credential": "This needs a session cookie, an access token or an API key. Sign in first.",
  "invalid token": "The access token is not valid.",
  "expired token": "The access token has expired. Refresh it.",
  "ended session": "The session has ended. Sign in again.",
  "unknown key": "The API key is unknown.",
  "expired key": "The API key has expired. Create a new one.",
};

function denyStranger(c: HeadContext<AppLocals>, why: IdentityProblem) {
  const isPart = isHtmx(c.request);
  if (prefersHtml(c.request) && !isPart) return { deny: toSignIn(c.request) };
  const detail = DETAILS[why];
  // RFC 6750 §3.1: the challenge names an error only if the request carries a token.
  const challenge = c.request.headers.has("Authorization")
    ? `Bearer error="invalid_token", error_description="${detail}"`
    : "Bearer";
  const lead = isPart ? hxRedirect(signInPath(pageOf(c.request))) : {};
  return deny(c, 401, detail, { "WWW-Authenticate": challenge, ...lead });
}

/** A form does not return after sign-in, because its fields are lost. */
function toSignIn({ method, url }: Request): Response {
  const { pathname, search } = new URL(url);
  return seeOther(method === "GET" || method === "HEAD" ? signInPath(pathname + search) : "/login");
}

/** The path of the whole page from which HTMX sent the request: the user returns to it after signing in. */
function pageOf({ headers, url }: Request): string {
  const shown = headers.get("HX-Current-URL") ?? "";
  const { pathname, search } = URL.canParse(shown) ? new URL(shown) : new URL("/", url);
  return nextPath(pathname + search, url, "/");
}

function signInPath(next: string): string {
  return `/login?${new URLSearchParams({ next })}`;
}
