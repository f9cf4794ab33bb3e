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
  return sealResponse(request, response, locals.requestId);
};

/** The response as every one leaves: with `X-Request-Id`, `nosniff` for whatever it holds, no body for HEAD. */
export function sealResponse({ method }: Request, response: Response, requestId: string): Response {
  const isHead = method === "HEAD";
  if (isHead) response.body?.cancel().catch(() => {});
  const sealed = new Response(isHead ? null : response.body, response);
  sealed.headers.set("X-Request-Id", requestId);
  sealed.headers.set("X-Content-Type-Options", "nosniff");
  return sealed;
}
