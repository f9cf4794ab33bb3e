/** Requires that a page of certain origins sends the request. */
import { type Guard, type HeadContext, headGuard } from "../../http/index.ts";
import { stateFacts } from "../guard-facts.ts";
import type { ProblemLocals } from "../problem.ts";
import { deny } from "../refuse.ts";

/**
 * Denies with 403 where `Origin` is missing or none of these.
 *
 * @param origins Such as `https://example.com`; `self` is the origin that the request is sent to.
 */
export function requireOrigin(origins: readonly string[]): Guard<ProblemLocals> {
  return stateFacts(
    headGuard(function requireOrigin(c: HeadContext<ProblemLocals>) {
      const origin = c.request.headers.get("Origin");
      const own = new URL(c.request.url).origin;
      const isListed = origin !== null && origins.some((listed) => (listed === "self" ? own : listed) === origin);
      return isListed ? { allow: true } : deny(c, 403, "Pages of that origin may not send this request.");
    }),
    { denies: [403], detail: origins.join(", ") },
  );
}
