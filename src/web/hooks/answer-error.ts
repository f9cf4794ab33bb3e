/** What answers when something throws: the log gets everything, the client the request id; in development more. */
import type { AppLocals } from "../../env.ts";
import type { OnErrorHandler } from "../../http/index.ts";
import { describeError, logRequest, userIdOf } from "../app/log.ts";
import { isHtmx } from "../pages/htmx.ts";
import { httpProtocolOf } from "../request/http-protocol.ts";
import { prefersHtml } from "../request/prefers-html.ts";
import { errorPage } from "../respond/error-page.ts";
import { problem } from "../respond/problem.ts";
import { hxRefusal } from "../respond/refuse.ts";
import { sealResponse } from "./finish-response.ts";

export const answerError: OnErrorHandler<AppLocals> = ({ error, context, phase, passed }) => {
  const { request, locals, route } = context;
  const { requestId = crypto.randomUUID(), startedAt = Date.now(), env, app } = locals;
  const { method } = request;
  const duration = Date.now() - startedAt;
  const userId = userIdOf(locals);
  const decided = { route: route?.path ?? null, outcome: "error", passed, denied: null, userId } as const;
  logRequest({ requestId, protocol: httpProtocolOf(request), method, status: 500, duration, ...decided, error });
  const debug = env?.ENVIRONMENT === "development" ? { ...describeError(error), phase, ...decided } : undefined;
  const detail = `Something went wrong on our side. Please mention the request id ${requestId} when you report it.`;
  const response =
    prefersHtml(request) && !isHtmx(request)
      ? errorPage({ status: 500, title: "Something went wrong", detail, app, debug: debug && describeDebug(debug) })
      : problem({ requestId }, 500, detail, {
          ...(debug && { members: { debug } }),
          ...(isHtmx(request) && { headers: hxRefusal(detail) }),
        });
  return sealResponse(request, response, { requestId, ...(env && { env }) });
};

function describeDebug({ message, stack = "", ...facts }: ReturnType<typeof describeError>): string {
  return [message, stack, JSON.stringify(facts, null, 2)].join("\n\n");
}
