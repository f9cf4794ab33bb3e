/** Requires a body that is the content itself, neither encoded nor only a part of it. */
import { type Guard, type HeadContext, headGuard } from "../../http/index.ts";
import { stateFacts } from "../app/guard-facts.ts";
import { findBodyFault } from "../request/whole-body.ts";
import type { ProblemLocals } from "../respond/problem.ts";
import { deny, type RefusalContext } from "../respond/refuse.ts";

/** The facts of a guard that calls `denyBodyFault` before it allows a request. */
export const WHOLE_BODY = { isWholeBody: true, denies: [400, 415] } as const;

/**
 * For guards of media types: denies with 415 a body with a Content-Encoding other than `identity`, and with 400 a body
 * with a Content-Range.
 *
 * @returns Undefined for a body that is the content itself.
 */
export function denyBodyFault(c: RefusalContext): { readonly deny: Response } | undefined {
  const fault = findBodyFault(c.request);
  return fault && deny(c, fault.status, fault.detail, fault.headers);
}

/**
 * Requires a whole body without a Content-Encoding. Denies with 415 a `Content-Encoding` other than `identity`, and with
 * 400 a `Content-Range`. For routes that accept any media type; the guards that require certain types check the same.
 */
export const requireWholeBody: Guard<ProblemLocals> = stateFacts(
  headGuard(function requireWholeBody(c: HeadContext<ProblemLocals>) {
    return denyBodyFault(c) ?? { allow: true };
  }),
  { ...WHOLE_BODY, explanation: "Requires a whole body without a Content-Encoding." },
);
