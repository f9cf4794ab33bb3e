/** Denies an unauthenticated request. */
import type { AppLocals } from "../../env.ts";
import type { HeadContext } from "../../http/index.ts";
import { hxRedirect, isHtmx } from "../../web/pages/htmx.ts";
import { prefersHtml } from "../../web/request/prefers-html.ts";
import { returnPath } from "../../web/request/return-path.ts";
import { isSafeMethod } from "../../web/request/safe-method.ts";
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

/** The detail for a browser, whose user signs in with a session. */
const SESSION_ENDED = "Your session has ended, so this form was not accepted.";

/**
 * Denies with 401. A browser that opens a page, or requests a part of one through HTMX, is redirected to the sign-in
 * page and returns afterwards. A submitted form is not redirected: its error page shows the text that was typed.
 * An app without a sign-in page denies all of them with 401.
 */
export function denyUnauthenticated(c: HeadContext<AppLocals>, reason: IdentityProblem): { readonly deny: Response } {
  const { signIn } = c.locals.app.paths;
  const isPart = isHtmx(c.request);
  const isPage = prefersHtml(c.request) && !isPart;
  if (signIn !== undefined && isPage && isSafeMethod(c.request.method))
    return { deny: seeOther(signInUrl(signIn, pathOf(c.request.url))) };
  const needsSession = reason === "no credential" || reason === "ended session";
  const detail = isPage && needsSession ? SESSION_ENDED : DETAILS[reason];
  // RFC 6750 §3.1: the challenge names an error only if the request carries a token.
  const challenge = c.request.headers.has("Authorization")
    ? `Bearer error="invalid_token", error_description="${detail}"`
    : "Bearer";
  const redirect = isPart && signIn !== undefined ? hxRedirect(signInUrl(signIn, senderOf(c))) : {};
  return deny(c, 401, detail, { "WWW-Authenticate": challenge, ...redirect });
}

/** The page from which HTMX sent the request, to which the browser returns after sign-in. */
function senderOf(c: HeadContext<AppLocals>): string {
  return returnPath(c, c.request.headers.get("HX-Current-URL")) ?? c.locals.app.startPath;
}

/**
 * A refusal of credentials by a handler: 401 with a challenge, which RFC 9110 §15.5.2 requires.
 *
 * @param detail Describes the error to a person, without internals.
 */
export function unauthenticated(locals: ProblemLocals, detail: string): Response {
  return problem(locals, 401, detail, { headers: { "WWW-Authenticate": "Bearer" } });
}

function pathOf(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}

/** The address of the sign-in page, from which the user returns to a page. @param next Its path, with its query. */
export function signInUrl(signIn: string, next: string): string {
  return `${signIn}?${new URLSearchParams({ next })}`;
}
