/** Responds to thrown errors. Gives the client only the request id, except in development. */
import type { AppLocals } from "../../env.ts";
import { BodyTooLargeError, type OnErrorHandler } from "../../http/index.ts";
import { describeError, userIdOf } from "../app/log.ts";
import { fullNameOf } from "../app/policy.ts";
import { isHtmx } from "../pages/htmx.ts";
import { isOverloaded, isTransient } from "../platform/transient.ts";
import { prefersHtml } from "../request/prefers-html.ts";
import { isSafeMethod } from "../request/safe-method.ts";
import { errorPage } from "../respond/error-page.ts";
import { problem } from "../respond/problem.ts";
import { hxShowError, type RefusalContext, refuse } from "../respond/refuse.ts";

export const answerError: OnErrorHandler<AppLocals> = ({ error, context, phase, passed }) => {
  const { request, locals, route } = context;
  const { requestId = "unknown", env, app } = locals;
  if (error instanceof BodyTooLargeError)
    return refuse({ request, locals: { requestId, app } }, 413, `${error.message}.`);
  const guards = (route?.guards ?? []).slice(0, passed.length).map(fullNameOf);
  if (isTransient(error)) return refuseTransient({ request, locals: { requestId, app } }, error);
  const debug =
    env?.ENVIRONMENT === "development"
      ? { ...describeError(error), phase, route: route?.path ?? null, passed: guards, userId: userIdOf(locals) }
      : undefined;
  const detail = `Something went wrong on our side. If you report this error, please include the request id ${requestId}.`;
  if (prefersHtml(request) && !isHtmx(request))
    return errorPage({
      status: 500,
      title: "Something went wrong",
      detail,
      app,
      debug: debug && describeDebug(debug),
    });
  return problem({ requestId }, 500, detail, {
    ...(debug && { members: { debug } }),
    ...(isHtmx(request) && { headers: hxShowError(detail) }),
  });
};

/** Responds to a transient failure of the platform. The client may repeat the request. */
function refuseTransient(c: RefusalContext, error: unknown): Response {
  const seconds = isOverloaded(error) ? 5 : 1;
  const outcome = isSafeMethod(c.request.method) ? "" : " It is unknown whether the change was made.";
  const detail = `A part of the service did not respond.${outcome} Try again in ${seconds === 1 ? "1 second" : `${seconds} seconds`}.`;
  return refuse(c, 503, detail, { "Retry-After": `${seconds}` });
}

function describeDebug({ message, stack = "", ...facts }: ReturnType<typeof describeError>): string {
  return [message, stack, JSON.stringify(facts, null, 2)].join("\n\n");
}
