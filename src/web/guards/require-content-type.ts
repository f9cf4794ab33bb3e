/** Requires a media type that the route accepts. */
import { type Guard, type HeadContext, headGuard } from "../../http/index.ts";
import { stateFacts } from "../app/guard-facts.ts";
import { mediaTypeOf } from "../request/media-type.ts";
import type { ProblemLocals } from "../respond/problem.ts";
import { deny } from "../respond/refuse.ts";
import { denyBodyFault, WHOLE_BODY } from "./require-whole-body.ts";

/**
 * Requires a whole body of one of these media types, without a Content-Encoding. Denies with 415 (RFC 9110 §15.5.16)
 * any other media type and a `Content-Encoding` other than `identity`, and with 400 a `Content-Range`. Parameters such as
 * `charset` are ignored.
 *
 * @param types In lower case, such as `application/json`.
 */
export function requireContentType(types: readonly string[]): Guard<ProblemLocals> {
  return stateFacts(
    headGuard(function requireContentType(c: HeadContext<ProblemLocals>) {
      const type = mediaTypeOf(c.request);
      if (types.includes(type)) return denyBodyFault(c) ?? { allow: true };
      return deny(c, 415, `The Content-Type must be ${types.join(" or ")}, not "${type}".`);
    }),
    {
      ...WHOLE_BODY,
      explanation: "Requires a whole body of one of these media types, without a Content-Encoding.",
      detail: types.join(", "),
      mediaTypes: types,
    },
  );
}

/** For routes with a body schema. */
export const requireJson = requireContentType(["application/json"]);
