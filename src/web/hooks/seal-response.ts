/** The last hook of every response, whatever produced it: adds the common headers and logs the request. */
import type { AppLocals } from "../../env.ts";
import type { OnSendHandler, Outcome } from "../../http/index.ts";
import { logRequest, userIdOf } from "../app/log.ts";
import { fullNameOf } from "../app/policy.ts";
import { isShared, NOT_STORED } from "../caching/cache-control.ts";
import { sendBookmark } from "../platform/bookmark.ts";
import { httpProtocolOf } from "../request/http-protocol.ts";
import { ownResponse } from "../respond/own-response.ts";
import { allowOrigin } from "./cors.ts";
import { secureHeaders } from "./secure-headers.ts";

/** The guards that decided about a request, by their full names, such as `rateLimit(sign-in)`. */
interface Decisions {
  readonly passed: readonly string[];
  readonly denied: string | null;
}

export const sealResponse: OnSendHandler<AppLocals> = ({ context, response, outcome, error }) => {
  const { request, route } = context;
  const { requestId = "unknown", startedAt = Date.now(), env } = context.locals;
  const guards = (route?.guards ?? []).map(fullNameOf);
  const decisions = decisionsOf(outcome, guards);
  logRequest({
    requestId,
    protocol: httpProtocolOf(request),
    method: request.method,
    route: route?.path ?? null,
    status: response.status,
    duration: Date.now() - startedAt,
    outcome: outcome.kind,
    phase: outcome.kind === "failed" ? outcome.phase : null,
    ...decisions,
    userId: userIdOf(context.locals),
    error,
  });
  const sealed = ownResponse(response);
  const { headers } = sealed;
  if (!headers.has("Cache-Control")) headers.set("Cache-Control", NOT_STORED["Cache-Control"]);
  // A shared cache would repeat a cookie, and the request id, in every later response.
  if (isShared(headers) && headers.has("Set-Cookie")) headers.set("Cache-Control", NOT_STORED["Cache-Control"]);
  if (!isShared(headers)) headers.set("X-Request-Id", requestId);
  sendBookmark(request, context.locals, headers);
  secureHeaders(request, headers);
  allowOrigin(context, headers, outcome);
  const trace = env?.ENVIRONMENT === "development" ? formatTrace(decisions, outcome, guards) : "";
  if (trace !== "") headers.set("Server-Timing", trace);
  return sealed;
};

function decisionsOf(outcome: Outcome, guards: readonly string[]): Decisions {
  if (outcome.kind === "denied")
    return { passed: guards.slice(0, outcome.index), denied: guards[outcome.index] ?? outcome.guard };
  return { passed: outcome.kind === "failed" ? guards.slice(0, outcome.passed.length) : guards, denied: null };
}

/** A metric for each guard that ran (W3C Server Timing), such as `guard-1;desc="rateLimit(api):allow"`. */
function formatTrace({ passed, denied }: Decisions, outcome: Outcome, guards: readonly string[]): string {
  const thrown = outcome.kind === "failed" && outcome.phase === "guard" ? guards[passed.length] : undefined;
  return [...passed.map((name) => `${name}:allow`), denied && `${denied}:deny`, thrown && `${thrown}:error`]
    .filter((decision) => typeof decision === "string")
    .map((decision) => decision.replace(/[^ !#-[\]-~]/g, "?"))
    .map((decision, index) => `guard-${index + 1};desc="${decision}"`)
    .join(", ");
}
