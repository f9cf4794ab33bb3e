/** Requires a request from a page of certain origins. */
import type { AppLocals } from "../../env.ts";
import { type Guard, type HeadContext, headGuard } from "../../http/index.ts";
import { stateFacts } from "../app/guard-facts.ts";
import { isOwnOrigin } from "../request/own-origin.ts";
import { deny } from "../respond/refuse.ts";

type OriginNeeds = Pick<AppLocals, "env" | "requestId">;

/**
 * Requires a request from a page of one of these origins. Denies with 403 if `Origin` is missing or not one of these.
 *
 * @param origins Such as `https://example.com`; `self` means the app's own (`ownOrigins`).
 */
export function requireOrigin(origins: readonly string[]): Guard<OriginNeeds> {
  return stateFacts(
    headGuard(function requireOrigin(c: HeadContext<OriginNeeds>) {
      const { request, locals } = c;
      const origin = request.headers.get("Origin") ?? "";
      const isOwn = (listed: string) => listed === "self" && isOwnOrigin(request, locals.env, origin);
      const isListed = origin !== "self" && origins.some((listed) => listed === origin || isOwn(listed));
      return isListed ? { allow: true } : deny(c, 403, "Pages of this origin must not send this request.");
    }),
    {
      denies: [403],
      explanation: "Requires a request from a page of one of these origins.",
      detail: origins.join(", "),
      requiredHeaders: { Origin: "The origin of the page, which browsers send by themselves." },
    },
  );
}
