/** The last hook of every response that is no error: its id, its log line, no body for HEAD. */
import type { AppLocals } from "../env.ts";
import type { OnResponseHandler } from "../http/index.ts";
import { logRequest } from "./log.ts";

export const finishResponse: OnResponseHandler<AppLocals> = ({ context, response, outcome }) => {
  const { request, locals, route } = context;
  const guards = (route?.guards ?? []).map(({ name }) => name);
  logRequest({
    requestId: locals.requestId,
    method: request.method,
    route: route?.path ?? null,
    status: response.status,
    duration: Date.now() - locals.startedAt,
    outcome: outcome.kind,
    passed: outcome.kind === "denied" ? guards.slice(0, outcome.index) : guards,
    denied: outcome.kind === "denied" ? outcome.guard : null,
    userId: null,
  });
  return withRequestId(request.method === "HEAD" ? withoutBody(response) : response, locals.requestId);
};

/** The same response with `X-Request-Id`, and `nosniff` for whatever it holds. */
export function withRequestId(response: Response, requestId: string): Response {
  const headers = new Headers(response.headers);
  headers.set("X-Request-Id", requestId);
  headers.set("X-Content-Type-Options", "nosniff");
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}

function withoutBody(response: Response): Response {
  response.body?.cancel().catch(() => {});
  return new Response(null, response);
}
