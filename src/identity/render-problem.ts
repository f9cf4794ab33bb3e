/** Renders the error page in the layout of the visitor. */
import { isAddressWithinLimit } from "../limits/limit-address.ts";
import type { FormLocals } from "../web/guards/require-form.ts";
import type { ResponseContext } from "../web/hooks/send-hook.ts";
import type { RenderProblem } from "../web/hooks/show-error-page.ts";
import { errorPage, type ShownProblem } from "../web/pages/error-page.ts";
import { returnPath } from "../web/request/return-path.ts";
import { isSafeMethod } from "../web/request/safe-method.ts";
import { signInUrl } from "./guards/deny-unauthenticated.ts";
import { loadErrorContext } from "./page-context.ts";
import { credentialOf, identified, identify } from "./sessions/identify.ts";
import { Session, type SessionLocals } from "./sessions/page-session.ts";
import { findTypedText } from "./typed-text.ts";

type Refused = ResponseContext<SessionLocals & FormLocals>;

/** The statuses after which the same request may succeed. */
const PASSING: readonly number[] = [408, 429, 500, 503];

/**
 * Renders the page of a problem, with the text of a refused form. Refusing a flood must stay cheap, and a failing part of
 * the platform must not be called again: for 429 and from 500 on, the page uses only data that the request already has.
 */
export const renderProblem: RenderProblem<SessionLocals & FormLocals> = async (c, problem) => {
  const { request, locals, route } = c;
  const { app } = locals;
  const { status } = problem;
  const session = await findSession(c, problem);
  const context =
    session && (await loadErrorContext({ request, route, locals: { ...locals, session } }, isCheap(status)));
  const typed = await findTypedText(c, status !== 429);
  const { pathname, search } = new URL(request.url);
  const canRetry = PASSING.includes(status) && isSafeMethod(request.method);
  const { signIn } = app.paths;
  const page = {
    problem,
    homePath: app.homePath,
    retryPath: canRetry ? pathname + search : undefined,
    signInPath:
      status === 401 && signIn !== undefined
        ? signInUrl(signIn, returnPath(c, request.headers.get("Referer")) ?? app.startPath)
        : undefined,
    typed,
  };
  return errorPage(page, context);
};

function isCheap(status: number): boolean {
  return status === 429 || status >= 500;
}

/** @returns Undefined if the visitor is unknown. */
async function findSession(c: Refused, { status }: ShownProblem): Promise<Session | undefined> {
  // After a 401, the session with which the request began has ended.
  if (status === 401 || credentialOf(c) === undefined) return new Session(undefined);
  if (c.locals.session) return c.locals.session;
  const known = identified(c);
  if (known) return new Session((await known).session);
  // No limit has counted a request that matches no route.
  if (isCheap(status) || (c.route === undefined && !(await isAddressWithinLimit(c)))) return undefined;
  return new Session((await identify(c)).session);
}
