/** Responds to thrown errors: logs the error, and gives the client only the request id, except in development. */
import type { AppLocals } from "../../env.ts";
import type { OnErrorHandler } from "../../http/index.ts";
import { describeError, logRequest, userIdOf } from "../app/log.ts";
import { isHtmx } from "../pages/htmx.ts";
import { httpProtocolOf } from "../request/http-protocol.ts";
import { prefersHtml } from "../request/prefers-html.ts";
import { errorPage } from "../respond/error-page.ts";
import { problem } from "../respond/problem.ts";
import { hxShowError } from "../respond/refuse.ts";
import { prepareResponse } from "./finish-response.ts";

export const answerError: OnErrorHandler<AppLocals> = ({ error, context, phase, passed }) => {
  const { request, locals, route } = context;
  const { requestId = crypto.randomUUID(), startedAt = Date.now(), env, app } = locals;
  const { method } = request;
  const duration = Date.now() - startedAt;
  const userId = userIdOf(locals);
  const decided = { route: route?.path ?? null, outcome: "error", passed, denied: null, userId } as const;
  logRequest({ requestId, protocol: httpProtocolOf(request), method, status: 500, duration, ...decided, error });
  const debug = env?.ENVIRONMENT === "development" ? { ...describeError(error), phase, ...decided } : undefined;
  const detail = `Something went wrong on our side. If you report this error, please include the request id ${requestId}.`;
  const response =
    prefersHtml(request) && !isHtmx(request)
      ? errorPage({ status: 500, title: "Something went wrong", detail, app, debug: debug && describeDebug(debug) })
      : problem({ requestId }, 500, detail, {
          ...(debug && { members: { debug } }),
          ...(isHtmx(request) && { headers: hxShowError(detail) }),
        });
  return prepareResponse(request, response, { requestId, ...(env && { env }) });
};

function describeDebug({ message, stack = "", ...facts }: ReturnType<typeof describeError>): string {
  return [message, stack, JSON.stringify(facts, null, 2)].join("\n\n");
}
