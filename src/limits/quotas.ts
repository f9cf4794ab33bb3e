/** How much a user may have of each kind of thing, and the refusal of what would exceed it. */

import { sizeOf } from "../web/pages/size.ts";
import { type RefusalContext, refuse } from "../web/respond/refuse.ts";

const GIB = 1024 ** 3;

/**
 * What one user may have at most. The table `quota_usage` says how much of it is used; triggers of the tables concerned
 * keep the count (`migrations/`), so that a write is checked without counting rows.
 */
export const QUOTAS = {
  notes: 100_000,
  files: 10_000,
  /** Bytes of all files together. */
  fileBytes: 5 * GIB,
  apiKeys: 20,
  /** Open at the same time. */
  sockets: 20,
} as const;

export type Quota = keyof typeof QUOTAS;

/** Every quota, with the sentences that a refusal consists of. */
const REFUSALS: Readonly<Record<Quota, string>> = {
  notes: `You have reached the limit of ${count("notes")} notes. Delete some, then try again.`,
  files: `This upload would exceed the limit of ${count("files")} files. Delete some, then try again.`,
  fileBytes: `This upload would exceed the limit of ${sizeOf(QUOTAS.fileBytes)} for all files. Delete some, then try again.`,
  apiKeys: `You have reached the limit of ${count("apiKeys")} API keys. Delete some, then try again.`,
  sockets: `You have reached the limit of ${count("sockets")} open connections. Close some, then try again.`,
};

function count(quota: Quota): string {
  return QUOTAS[quota].toLocaleString("en-US");
}

/** Says, to a person, that a quota would be exceeded, and what to do. */
export function quotaMessage(quota: Quota): string {
  return REFUSALS[quota];
}

/** Answers 422: a problem with the member `quota`, a page, or a message for HTMX. */
export function quotaExceeded(c: RefusalContext, quota: Quota): Response {
  return refuse(c, 422, quotaMessage(quota), {}, { quota });
}

/** Whose quota it is and how much a write adds: two SQL expressions, such as a numbered parameter or a column. */
export interface QuotaTerms {
  readonly userId: string;
  readonly adding: string;
}

/**
 * An SQL condition that holds where the user's quota has room for more. In the statement that writes, it is exact
 * however many requests write at once. Only for quotas that triggers count.
 *
 * @param terms SQL, never values: bind these.
 *
 * @example
 * db.prepare(`INSERT INTO notes SELECT ?1, ?2 WHERE ${fitsQuota("notes", { userId: "?2", adding: "1" })}`)
 */
export function fitsQuota(quota: Quota, { userId, adding }: QuotaTerms): string {
  const used = `coalesce((SELECT used FROM quota_usage WHERE user_id = ${userId} AND quota = '${quota}'), 0)`;
  return `(${used} + ${adding} <= ${QUOTAS[quota]})`;
}

/** A row of `quota_usage`. */
export interface QuotaUsage {
  readonly quota: string;
  readonly used: number;
}

/** Reads what a user has used; a quota without a row is unused. Alone or in a batch. */
export function selectUsage(db: D1Database, userId: string): D1PreparedStatement {
  return db.prepare("SELECT quota, used FROM quota_usage WHERE user_id = ?").bind(userId);
}

/**
 * @param adding How much would be added to each quota.
 * @returns The first of these quotas that would be exceeded.
 */
export function findExceeded<TQuota extends Quota>(
  usage: readonly QuotaUsage[],
  adding: ReadonlyMap<TQuota, number>,
): TQuota | undefined {
  const used = new Map(usage.map((row) => [row.quota, row.used]));
  const isExceeded = ([quota, amount]: [TQuota, number]) => (used.get(quota) ?? 0) + amount > QUOTAS[quota];
  return [...adding].find(isExceeded)?.[0];
}
