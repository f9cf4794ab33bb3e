/** Responds to thrown errors. Gives the client only the request id, except in development. */
import type { AppLocals } from "../../env.ts";
import { BodyTooLargeError, type OnErrorHandler } from "../../http/index.ts";
import { describeError, userIdOf } from "../app/log.ts";
import { fullNameOf } from "../app/policy.ts";
import { isHtmx } from "../pages/htmx.ts";
import { prefersHtml } from "../request/prefers-html.ts";
import { errorPage } from "../respond/error-page.ts";
import { problem } from "../respond/problem.ts";
import { hxShowError, refuse } from "../respond/refuse.ts";

export const answerError: OnErrorHandler<AppLocals> = ({ error, context, phase, passed }) => {
  const { request, locals, route } = context;
  const { requestId = "unknown", env, app } = locals;
  if (error instanceof BodyTooLargeError)
    return refuse({ request, locals: { requestId, app } }, 413, `${error.message}.`);
  const guards = (route?.guards ?? []).slice(0, passed.length).map(fullNameOf);
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

function describeDebug({ message, stack = "", ...facts }: ReturnType<typeof describeError>): string {
  return [message, stack, JSON.stringify(facts, null, 2)].join("\n\n");
}
