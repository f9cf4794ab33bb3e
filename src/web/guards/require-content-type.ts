/** Requires a body of a type that the route reads. */
import { type Guard, type HeadContext, headGuard } from "../../http/index.ts";
import { stateFacts } from "../app/guard-facts.ts";
import type { ProblemLocals } from "../respond/problem.ts";
import { deny } from "../respond/refuse.ts";

/**
 * Denies with 415 what is not one of these media types (RFC 9110 §15.5.16). Parameters such as
 * `charset` do not count.
 *
 * @param types In lower case, such as `application/json`.
 */
export function requireContentType(types: readonly string[]): Guard<ProblemLocals> {
  return stateFacts(
    headGuard(function requireContentType(c: HeadContext<ProblemLocals>) {
      const type = mediaTypeOf(c.request);
      if (types.includes(type)) return { allow: true };
      return deny(c, 415, `The Content-Type is to be ${types.join(" or ")}, not "${type}".`);
    }),
    { denies: [415], detail: types.join(", ") },
  );
}

/** For routes with a body schema. */
export const requireJson = requireContentType(["application/json"]);

/** @returns In lower case, without parameters; empty without a Content-Type. */
export function mediaTypeOf(request: Request): string {
  return request.headers.get("Content-Type")?.split(";", 1)[0]?.trim().toLowerCase() ?? "";
}
