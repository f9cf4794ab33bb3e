/** Denies an unauthenticated request. */
import type { AppLocals } from "../../env.ts";
import type { HeadContext } from "../../http/index.ts";
import { hxRedirect, isHtmx } from "../../web/pages/htmx.ts";
import { nextPath } from "../../web/request/next-path.ts";
import { prefersHtml } from "../../web/request/prefers-html.ts";
import { type ProblemLocals, problem } from "../../web/respond/problem.ts";
import { deny } from "../../web/respond/refuse.ts";
import { seeOther } from "../../web/respond/see-other.ts";
import type { IdentityProblem } from "../sessions/identify.ts";

const DETAILS: Readonly<Record<IdentityProblem, string>> = {
  "no credential": "A session cookie, an access token or an API key is required. Sign in first.",
  "invalid token": "The access token is not valid.",
  "expired token": "The access token has expired. Refresh it.",
  "ended session": "The session has ended. Sign in again.",
  "unknown key": "The API key is unknown.",
  "expired key": "The API key has expired. Create a new one.",
};

/**
 * Denies with 401. A browser that opens a page, or requests a part of one through HTMX, is redirected to the sign-in
 * page and returns afterwards. An app without a sign-in page denies these requests with 401, too.
 */
export function denyUnauthenticated(c: HeadContext<AppLocals>, reason: IdentityProblem): { readonly deny: Response } {
  const { signIn } = c.locals.app.paths;
  const isPart = isHtmx(c.request);
  if (signIn !== undefined && prefersHtml(c.request) && !isPart) return { deny: redirectToSignIn(signIn, c.request) };
  const detail = DETAILS[reason];
  // RFC 6750 §3.1: the challenge names an error only if the request carries a token.
  const challenge = c.request.headers.has("Authorization")
    ? `Bearer error="invalid_token", error_description="${detail}"`
    : "Bearer";
  const redirect = isPart && signIn !== undefined ? hxRedirect(signInUrl(signIn, pageOf(c.request))) : {};
  return deny(c, 401, detail, { "WWW-Authenticate": challenge, ...redirect });
}

/**
 * A refusal of credentials by a handler: 401 with a challenge, which RFC 9110 §15.5.2 requires.
 *
 * @param detail Describes the error to a person, without internals.
 */
export function unauthenticated(locals: ProblemLocals, detail: string): Response {
  return problem(locals, 401, detail, { headers: { "WWW-Authenticate": "Bearer" } });
}

/** A submitted form does not return after sign-in, because its fields are lost. */
function redirectToSignIn(signIn: string, { method, url }: Request): Response {
  const { pathname, search } = new URL(url);
  return seeOther(method === "GET" || method === "HEAD" ? signInUrl(signIn, pathname + search) : signIn);
}

/** The page from which HTMX sent the request, to which the browser returns after sign-in. */
function pageOf({ headers, url }: Request): string {
  const shown = headers.get("HX-Current-URL") ?? "";
  const { pathname, search } = URL.canParse(shown) ? new URL(shown) : new URL("/", url);
  return nextPath(pathname + search, url, "/");
}

function signInUrl(signIn: string, next: string): string {
  return `${signIn}?${new URLSearchParams({ next })}`;
}
