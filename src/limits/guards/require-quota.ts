/** Refuses a request whose user has used up a quota, before its body is read. */
import type { AppLocals } from "../../env.ts";
import { type Guard, type HeadContext, headGuard } from "../../http/index.ts";
import { stateFacts } from "../../web/app/guard-facts.ts";
import { findExceeded, type Quota, type QuotaUsage, quotaExceeded, selectUsage } from "../quotas.ts";

type QuotaNeeds = AppLocals & { readonly user: { readonly id: string } };

export interface RequireQuotaOptions {
  /**
   * Whether a request with an `Idempotency-Key` passes: it may be a retry of the request that used up the quota,
   * which must get the same response. Default: false.
   */
  readonly allowRetries?: boolean;
}

type IsRetry<TNeeds> = (c: HeadContext<QuotaNeeds & TNeeds>) => Promise<boolean>;

/**
 * Requires that the user has not used up any of these quotas. Denies with 422. A request that passes may still exceed
 * one: the statement that writes decides (`fitsQuota`).
 *
 * @example
 * route.put("/api/files/:name", { guards: [requireAuth, requireQuota([FILES_QUOTA, FILE_BYTES_QUOTA])], … })
 */
export function requireQuota(
  quotas: readonly Quota[],
  { allowRetries = false }: RequireQuotaOptions = {},
): Guard<QuotaNeeds> {
  return createQuotaGuard(quotas, { allowRetries });
}

/**
 * Like `requireQuota`, but lets retries pass. For resources that record the request that created them.
 *
 * @param isRetry Whether this is a retry of a request that took effect. Called only if a quota is used up.
 */
export function requireQuotaUnlessRetry<TNeeds>(
  quotas: readonly Quota[],
  isRetry: IsRetry<TNeeds>,
): Guard<QuotaNeeds & TNeeds> {
  return createQuotaGuard(quotas, { isRetry });
}

function createQuotaGuard<TNeeds>(
  quotas: readonly Quota[],
  { allowRetries = false, isRetry }: RequireQuotaOptions & { readonly isRetry?: IsRetry<TNeeds> },
): Guard<QuotaNeeds & TNeeds> {
  const adding = new Map(quotas.map((quota) => [quota, 1]));
  const guard = headGuard(async function requireQuota(c: HeadContext<QuotaNeeds & TNeeds>) {
    const { db, user } = c.locals;
    if (allowRetries && c.request.headers.has("Idempotency-Key")) return { allow: true };
    const { results } = await selectUsage(db, user.id).all<QuotaUsage>();
    const exceeded = findExceeded(results, adding);
    if (exceeded === undefined || (await isRetry?.(c))) return { allow: true };
    return { deny: quotaExceeded(c, exceeded) };
  });
  const names = quotas.map(({ name }) => name).join(", ");
  return stateFacts(guard, {
    denies: [422],
    explanation: "Requires that the user has not used up any of these quotas.",
    detail: `${names}${allowRetries || isRetry ? "; retries pass" : ""}`,
    limits: quotas.map(({ name, limit, unit }) => ({ name, max: limit, unit })),
  });
}
