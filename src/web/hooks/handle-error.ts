/** Responds to thrown errors. Gives the client only the request id, except in development. */
import type { AppLocals } from "../../env.ts";
import { BodyTimeoutError, BodyTooLargeError, type OnErrorHandler } from "../../http/index.ts";
import { describeError, userIdOf } from "../app/log.ts";
import { fullNameOf } from "../app/policy.ts";
import { isOverloaded, isTransient } from "../platform/transient.ts";
import { isSafeMethod } from "../request/safe-method.ts";
import { type RefusalContext, refuse } from "../respond/refuse.ts";

export const handleError: OnErrorHandler<AppLocals> = ({ error, context, phase, passed }) => {
  const { request, locals, route } = context;
  const { requestId = "unknown", env } = locals;
  const c: RefusalContext = { request, locals: { requestId } };
  if (error instanceof BodyTooLargeError) return refuse(c, 413, `${error.message}.`);
  if (error instanceof BodyTimeoutError) return refuse(c, 408, `${error.message}.`);
  if (isOwnerMissing(error)) return refuse(c, 401, "This account has been deleted.", CHALLENGE);
  if (isTransient(error)) return refuseTransient(c, error);
  const detail = `Something went wrong on our side. If you report this error, please include the request id ${requestId}.`;
  if (env?.ENVIRONMENT !== "development") return refuse(c, 500, detail);
  const guards = (route?.guards ?? []).slice(0, passed.length).map(fullNameOf);
  const debug = {
    ...describeError(error),
    phase,
    route: route?.path ?? null,
    passed: guards,
    userId: userIdOf(locals),
  };
  return refuse(c, 500, detail, {}, { debug });
};

/** RFC 9110 §15.5.2 requires this header with a 401. */
const CHALLENGE = { "WWW-Authenticate": "Bearer" };

/** Whether a trigger refused a row because its owner was deleted after a guard had identified the user. */
function isOwnerMissing(error: unknown): boolean {
  return error instanceof Error && error.message.includes(OWNER_MISSING);
}

/** The message of these triggers; see `migrations/0003_notes.sql`. */
const OWNER_MISSING = "the owner does not exist";

/** Responds to a transient failure of the platform. The client may repeat the request. */
function refuseTransient(c: RefusalContext, error: unknown): Response {
  const seconds = isOverloaded(error) ? 5 : 1;
  const outcome = isSafeMethod(c.request.method) ? "" : " It is unknown whether the change was made.";
  const detail = `A part of the service did not respond.${outcome} Try again in ${seconds === 1 ? "1 second" : `${seconds} seconds`}.`;
  return refuse(c, 503, detail, { "Retry-After": `${seconds}` });
}
