/** Refuses early what a user's quotas have no room for, before a body is read. */
import type { AppLocals } from "../../env.ts";
import { type Guard, type HeadContext, headGuard } from "../../http/index.ts";
import { stateFacts } from "../../web/app/guard-facts.ts";
import { findExceeded, type Quota, type QuotaUsage, quotaExceeded, selectUsage } from "../quotas.ts";

type QuotaNeeds = AppLocals & { readonly user: { readonly id: string } };

export interface RequireQuotaOptions {
  /**
   * Whether a request with an `Idempotency-Key` passes: it may repeat one that used the last of the quota, and then
   * gets the answer of that one. Default: false.
   */
  readonly allowRetries?: boolean;
}

/**
 * Denies with 422 where one of the quotas is used up. A request that passes may still be too much: the statement that
 * writes decides (`fitsQuota`).
 *
 * @example
 * route.put("/api/files/:name", { guards: [requireAuth, requireQuota(["files", "fileBytes"])], … })
 */
export function requireQuota(
  quotas: readonly Quota[],
  { allowRetries = false }: RequireQuotaOptions = {},
): Guard<QuotaNeeds> {
  const adding = new Map(quotas.map((quota) => [quota, 1]));
  const guard = headGuard(async function requireQuota(c: HeadContext<QuotaNeeds>) {
    const { env, user } = c.locals;
    if (allowRetries && c.request.headers.has("Idempotency-Key")) return { allow: true };
    const { results } = await selectUsage(env.DB, user.id).all<QuotaUsage>();
    const exceeded = findExceeded(results, adding);
    return exceeded === undefined ? { allow: true } : { deny: quotaExceeded(c, exceeded) };
  });
  const detail = `${quotas.join(", ")}${allowRetries ? "; retries pass" : ""}`;
  return stateFacts(guard, { denies: [422], detail });
}
