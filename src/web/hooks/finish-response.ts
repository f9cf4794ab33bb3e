/** The last hook of every response except errors: logs the request and adds the common headers. */
import type { AppLocals } from "../../env.ts";
import type { OnResponseHandler } from "../../http/index.ts";
import { logRequest, userIdOf } from "../app/log.ts";
import { httpProtocolOf } from "../request/http-protocol.ts";
import { allowOrigin } from "./cors.ts";
import { secureHeaders } from "./secure-headers.ts";

export const finishResponse: OnResponseHandler<AppLocals> = ({ context, response, outcome }) => {
  const { request, locals, route } = context;
  const guards = (route?.guards ?? []).map(({ name }) => name);
  logRequest({
    requestId: locals.requestId,
    protocol: httpProtocolOf(request),
    method: request.method,
    route: route?.path ?? null,
    status: response.status,
    duration: Date.now() - locals.startedAt,
    outcome: outcome.kind,
    passed: outcome.kind === "denied" ? guards.slice(0, outcome.index) : guards,
    denied: outcome.kind === "denied" ? outcome.guard : null,
    userId: userIdOf(locals),
  });
  return prepareResponse(request, response, locals);
};

/** Prepares any response for sending: adds `X-Request-Id`, security and CORS headers, and drops the body for HEAD. */
export function prepareResponse(
  request: Request,
  response: Response,
  { requestId, env }: Pick<AppLocals, "requestId"> & Partial<AppLocals>,
): Response {
  const isHead = request.method === "HEAD";
  if (isHead) response.body?.cancel().catch(() => {});
  const prepared = new Response(isHead ? null : response.body, response);
  prepared.headers.set("X-Request-Id", requestId);
  secureHeaders(request, prepared.headers);
  allowOrigin(request, prepared.headers, env);
  return prepared;
}
