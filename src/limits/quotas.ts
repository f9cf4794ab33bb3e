/** Quotas: limits on what each user may store, and the refusal of a write that would exceed one. */

import type { Database } from "../web/platform/request-database.ts";
import { type RefusalContext, refuse } from "../web/respond/refuse.ts";

/** A limit for each user, declared by the code that owns the limited resource. */
export interface Quota {
  /** A plain identifier: the key in `quota_usage`, the member `quota` of a refusal, the printed name of its guard. */
  readonly name: string;
  readonly limit: number;
  /** What is counted, in the plural, such as `notes`; `B` for bytes. */
  readonly unit: string;
  /** The message for the user: the limit that would be exceeded, and the remedy. */
  readonly refusal: string;
}

/** Responds with 422: a problem with the member `quota`, a page, or a message for HTMX. */
export function quotaExceeded(c: RefusalContext, quota: Quota): Response {
  return refuse(c, 422, quota.refusal, {}, { quota: quota.name });
}

/** The owner of a quota, and the amount that a write adds: SQL expressions, such as a numbered parameter or a column. */
export interface QuotaTerms {
  readonly userId: string;
  readonly adding: string;
}

/**
 * An SQL condition that holds while the user's usage stays within the quota. As part of the statement that writes, it is
 * exact even for concurrent writes. It reads `quota_usage`, so the table concerned needs triggers that keep its
 * counter (see `migrations/`); a quota without a counter is never exceeded here.
 *
 * @param terms SQL, never values: bind these.
 * @throws If the quota's name is not a plain identifier, or its limit is not an integer.
 *
 * @example
 * const fits = fitsQuota(NOTES_QUOTA, { userId: "?2", adding: "1" });
 * db.prepare(`INSERT INTO notes (id, owner_id) SELECT ?1, ?2 WHERE ${fits}`)
 */
export function fitsQuota({ name, limit }: Quota, { userId, adding }: QuotaTerms): string {
  if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(name)) throw new Error(`The quota name "${name}" is not a plain identifier`);
  if (!Number.isSafeInteger(limit)) throw new Error(`The limit of the quota ${name} is not an integer: ${limit}`);
  const used = `coalesce((SELECT used FROM quota_usage WHERE user_id = ${userId} AND quota = '${name}'), 0)`;
  return `(${used} + ${adding} <= ${limit})`;
}

/** A row of `quota_usage`. */
export interface QuotaUsage {
  readonly quota: string;
  readonly used: number;
}

/** Selects a user's usage of all quotas, to run alone or in a batch. A quota without a row is unused. */
export function selectUsage(db: Database, userId: string): D1PreparedStatement {
  return db.prepare("SELECT quota, used FROM quota_usage WHERE user_id = ?").bind(userId);
}

/** Reads how much of these quotas a user has used, in their order. It reads counters, so it scans no table. */
export async function readUsage<TQuotas extends readonly Quota[]>(
  db: Database,
  userId: string,
  quotas: readonly [...TQuotas],
): Promise<{ readonly [K in keyof TQuotas]: number }> {
  const { results } = await selectUsage(db, userId).all<QuotaUsage>();
  const used = new Map(results.map((row) => [row.quota, row.used]));
  return quotas.map(({ name }) => used.get(name) ?? 0) as { readonly [K in keyof TQuotas]: number };
}

/**
 * @param adding The amount to add to each quota.
 * @returns The first of these quotas that would be exceeded.
 */
export function findExceeded(usage: readonly QuotaUsage[], adding: ReadonlyMap<Quota, number>): Quota | undefined {
  const used = new Map(usage.map((row) => [row.quota, row.used]));
  return [...adding].find(([{ name, limit }, amount]) => (used.get(name) ?? 0) + amount > limit)?.[0];
}
