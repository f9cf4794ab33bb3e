/** Refuses a body that says itself that it is too large, before any of it is read. */
import { type Guard, type HeadContext, headGuard } from "../../http/index.ts";
import { stateFacts } from "../guard-facts.ts";
import type { ProblemLocals } from "../problem.ts";
import { deny } from "../refuse.ts";
import { sizeOf } from "../size.ts";

/**
 * Denies with 413 where `Content-Length` claims more. A body can lie about its length or have
 * none: whoever reads it counts what arrives (a route's `maxBodyBytes`, `requireForm`).
 *
 * @param most Bytes.
 */
export function maxBodyBytes(most: number): Guard<ProblemLocals> {
  return stateFacts(
    headGuard(function maxBodyBytes(c: HeadContext<ProblemLocals>) {
      const claimed = Number(c.request.headers.get("Content-Length") ?? 0);
      if (claimed <= most) return { allow: true };
      return deny(c, 413, `The body may have ${sizeOf(most)}.`);
    }),
    { denies: [413], detail: `${most} B` },
  );
}
