/** Refuses a body that declares itself to be too large, before any of it is read. */
import { type Guard, type HeadContext, headGuard } from "../../http/index.ts";
import { stateFacts } from "../../web/app/guard-facts.ts";
import { sizeOf } from "../../web/pages/size.ts";
import type { ProblemLocals } from "../../web/respond/problem.ts";
import { deny } from "../../web/respond/refuse.ts";

/**
 * Denies with 413 where `Content-Length` declares more, and nothing else: a body may be longer than it declares, or
 * declare no length, so the reader still counts the bytes that arrive (a route's `maxBodyBytes`, `requireForm`).
 */
export function requireDeclaredLength(maxBytes: number): Guard<ProblemLocals> {
  return stateFacts(
    headGuard(function requireDeclaredLength(c: HeadContext<ProblemLocals>) {
      const declared = Number(c.request.headers.get("Content-Length") ?? 0);
      if (declared <= maxBytes) return { allow: true };
      return deny(c, 413, `The body must not exceed ${sizeOf(maxBytes)}.`);
    }),
    { denies: [413], detail: `${maxBytes} B` },
  );
}
