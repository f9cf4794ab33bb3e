/** Requires that the user has entered the password recently, so that a stolen session cannot make sensitive changes. */
import type { SafeHtml } from "@remix-run/html-template";
import type { AppLocals } from "../../env.ts";
import { type Context, type Guard, type HeadContext, headGuard } from "../../http/index.ts";
import { stateFacts, type Verdict, type Visitor } from "../../web/app/guard-facts.ts";
import { htmlResponse } from "../../web/pages/html.ts";
import { hxReselect, hxReswap, hxRetarget, isHtmx } from "../../web/pages/htmx.ts";
import type { PageContext } from "../../web/pages/layout.ts";
import type { FormFields } from "../../web/request/form.ts";
import { prefersHtml } from "../../web/request/prefers-html.ts";
import { problem } from "../../web/respond/problem.ts";
import { deny } from "../../web/respond/refuse.ts";
import { loadPageContext } from "../page-context.ts";
import { identifyAtPrimary } from "../sessions/identify.ts";
import type { SessionLocals } from "../sessions/page-session.ts";
import type { Auth, SessionAuth, SignedIn } from "../users/user.ts";
import { denyUnauthenticated } from "./deny-unauthenticated.ts";

const RECENT_MS = 10 * 60_000;

const EXPLANATION = "Requires that the user has entered the password within the last 10 minutes.";

const DETAIL = "Confirm your password first: more than 10 minutes have passed since you last entered it.";

interface RecentSignIn {
  readonly auth: SessionAuth;
}

/**
 * Requires that the user has entered the password within the last 10 minutes. Supplies `auth` narrowed to a session.
 * Reads the session from the latest state of the database. Denies with 401 a session that has just ended. Denies an API
 * key, and a session whose password was last entered more than 10 minutes ago, with 403 and a problem of
 * type `recent-sign-in-required`. `POST /api/me/confirm-password` renews it.
 */
export const requireRecentSignIn: Guard<AppLocals & SignedIn, RecentSignIn> = stateFacts(
  headGuard(async function requireRecentSignIn(c: HeadContext<AppLocals & SignedIn>) {
    const { signedIn, problem: reason = "ended session" } = await identifyAtPrimary(c);
    if (!signedIn) return denyUnauthenticated(c, reason);
    const { auth } = signedIn;
    if (isRecent(auth)) return { allow: true, locals: { auth } };
    return { deny: problem(c.locals, 403, DETAIL, { members: { type: "recent-sign-in-required" } }) };
  }),
  { denies: [303, 401, 403], explanation: EXPLANATION, preview: previewRecentSignIn },
);

type FormNeeds = AppLocals & SessionLocals & SignedIn & { readonly form: FormFields };

/** The page that asks for the password. @param original The form that was submitted, to be submitted again. */
export type PasswordPage = (
  context: PageContext,
  original: { readonly path: string; readonly fields: FormFields },
) => SafeHtml;

/**
 * Requires that the user has entered the password within the last 10 minutes. The same guard for a form: `page` asks
 * for the password and then submits the original form again.
 */
export function requireRecentSignInForForm(page: PasswordPage): Guard<FormNeeds, RecentSignIn> {
  async function requireRecentSignIn(c: Context<unknown, unknown, unknown, FormNeeds>) {
    const { form } = c.locals;
    const { signedIn, problem: reason = "ended session" } = await identifyAtPrimary(c);
    if (!signedIn) return denyUnauthenticated(c, reason);
    const { auth } = signedIn;
    if (isRecent(auth)) return { allow: true, locals: { auth } } as const;
    const isSwapped = isHtmx(c.request);
    const canAsk = c.locals.app.paths.confirmPassword !== undefined && (isSwapped || prefersHtml(c.request));
    if (!canAsk) return deny(c, 403, DETAIL);
    const path = new URL(c.request.url).pathname;
    // HTMX is configured to swap in a 422, but not a 403.
    const asking = htmlResponse(page(await loadPageContext(c), { path, fields: form }), isSwapped ? 422 : 403);
    if (isSwapped) for (const [name, value] of Object.entries(IN_PLACE_OF_THE_PAGE)) asking.headers.set(name, value);
    asking.headers.append("Vary", "HX-Request");
    return { deny: asking };
  }
  return stateFacts(requireRecentSignIn, {
    denies: [303, 401, 403, 422],
    explanation: EXPLANATION,
    preview: previewRecentSignIn,
  });
}

const IN_PLACE_OF_THE_PAGE = { ...hxRetarget("#main"), ...hxReselect("#main"), ...hxReswap("outerHTML") };

function previewRecentSignIn({ locals: { auth } }: Visitor): Verdict {
  return auth && isRecent(auth) ? "allow" : "deny";
}

/** A sign-in in the future, after the clock went back, counts as recent. */
function isRecent(auth: Auth): auth is SessionAuth {
  return auth.via !== "key" && Date.now() - auth.authenticatedAt <= RECENT_MS;
}
