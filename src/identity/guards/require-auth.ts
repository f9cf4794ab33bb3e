/** Requires somebody: a user with an access token or a session, or a program with an API key. */
import type { AppLocals } from "../../env.ts";
import { type Guard, type HeadContext, headGuard } from "../../http/index.ts";
import { stateFacts } from "../../web/guard-facts.ts";
import { hxRedirect, isHtmx } from "../../web/htmx.ts";
import { nextPath } from "../../web/next-path.ts";
import { prefersHtml } from "../../web/prefers-html.ts";
import { deny } from "../../web/refuse.ts";
import { seeOther } from "../../web/see-other.ts";
import { identify } from "../identify.ts";
import type { SignedIn } from "../user.ts";
import { isPermissionGuard } from "./require-permission.ts";

/**
 * Supplies `user` and `auth`. Denies with 401 whoever is not signed in; a browser that opens a page, or in which
 * HTMX asks for a part of one, is sent to the sign-in page, which leads back. An API key gets no further than to
 * the routes that name the permission it needs (`requirePermission`): on all others it is 403.
 */
export const requireAuth: Guard<AppLocals, SignedIn> = stateFacts(
  headGuard(async function requireAuth(c: HeadContext<AppLocals>) {
    const { signedIn } = await identify(c);
    if (!signedIn) return denyStranger(c);
    if (signedIn.auth.via === "key" && !c.route.guards.some(isPermissionGuard)) {
      return deny(c, 403, "An API key can't be used here: sign in.");
    }
    return { allow: true, locals: signedIn };
  }),
  { denies: [303, 401, 403] },
);

function denyStranger(c: HeadContext<AppLocals>) {
  const isPart = isHtmx(c.request);
  if (prefersHtml(c.request) && !isPart) return { deny: toSignIn(c.request) };
  const isTried = c.request.headers.has("Authorization");
  const challenge = isTried ? 'Bearer error="invalid_token"' : "Bearer";
  const lead = isPart ? hxRedirect(signInPath(pageOf(c.request))) : {};
  return deny(c, 401, "Sign in first.", { "WWW-Authenticate": challenge, ...lead });
}

/** After a form there is no way back to it: what it said is gone. */
function toSignIn({ method, url }: Request): Response {
  const { pathname, search } = new URL(url);
  return seeOther(method === "GET" || method === "HEAD" ? signInPath(pathname + search) : "/login");
}

/** The page on which HTMX asks: the whole of it is to be led away, and back. */
function pageOf({ headers, url }: Request): string {
  const shown = headers.get("HX-Current-URL") ?? "";
  const { pathname, search } = URL.canParse(shown) ? new URL(shown) : new URL("/", url);
  return nextPath(pathname + search, url, "/");
}

function signInPath(next: string): string {
  return `/login?${new URLSearchParams({ next })}`;
}
