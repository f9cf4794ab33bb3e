/** Requires a media type that the route accepts. */
import { type Guard, type HeadContext, headGuard } from "../../http/index.ts";
import { stateFacts } from "../app/guard-facts.ts";
import { mediaTypeOf } from "../request/media-type.ts";
import type { ProblemLocals } from "../respond/problem.ts";
import { deny } from "../respond/refuse.ts";

/**
 * Requires a body of one of these media types. Denies with 415 (RFC 9110 §15.5.16) any other media type. Parameters
 * such as `charset` are ignored.
 *
 * @param types In lower case, such as `application/json`.
 */
export function requireContentType(types: readonly string[]): Guard<ProblemLocals> {
  return stateFacts(
    headGuard(function requireContentType(c: HeadContext<ProblemLocals>) {
      const type = mediaTypeOf(c.request);
      if (types.includes(type)) return { allow: true };
      return deny(c, 415, `The Content-Type must be ${types.join(" or ")}, not "${type}".`);
    }),
    {
      denies: [415],
      explanation: "Requires a body of one of these media types.",
      detail: types.join(", "),
      mediaTypes: types,
    },
  );
}

/** For routes with a body schema. */
export const requireJson = requireContentType(["application/json"]);
