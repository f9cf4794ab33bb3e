/** Idempotency keys in D1. */
import { v7 as uuidv7 } from "uuid";
import type { Erasure } from "../env.ts";
import { type Sweep, sweepRows } from "../web/app/sweep.ts";
import type { Database } from "../web/platform/request-database.ts";

const RETENTION_MS = 24 * 60 * 60 * 1000;

/** The time after which a retry may replace a running request, whose Worker may have been killed. */
const LEASE_MS = 60_000;

/** A key with its owner, its route and the hash of its body, as one request uses it. */
export interface KeyUse {
  readonly owner: string;
  readonly route: string;
  readonly key: string;
  readonly bodyHash: string;
  /** The end of the request's lease, in milliseconds since the epoch. It distinguishes the leases of a key. */
  readonly leasedUntil: number;
}

/** @returns The end of a lease that begins now. */
export function startLease(): number {
  return Date.now() + LEASE_MS;
}

/** The first response, which is repeated for retries. */
export interface RecordedResponse {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

/** The result of claiming a key: `resourceId` is the id for the resource that the request creates. */
export type Claim =
  | { readonly kind: "claimed"; readonly resourceId: string }
  | { readonly kind: "recorded"; readonly response: RecordedResponse }
  | { readonly kind: "other body" }
  | { readonly kind: "running" };

interface Row {
  readonly body_hash: string;
  readonly status: number | null;
  readonly headers: string;
  readonly body: string;
}

/** Claims a key in one statement, so that only one of several concurrent requests gets it. */
export async function claimKey(db: Database, use: KeyUse): Promise<Claim> {
  const { owner, route, key, bodyHash, leasedUntil } = use;
  const now = Date.now();
  const claimed = await db
    .prepare(
      `INSERT INTO idempotency_keys (owner, route, key, body_hash, resource_id, leased_until, expires_at)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
       ON CONFLICT DO UPDATE SET leased_until = excluded.leased_until, body_hash = excluded.body_hash,
         resource_id = iif(expires_at <= ?8, excluded.resource_id, resource_id),
         status = iif(expires_at <= ?8, NULL, status),
         expires_at = iif(expires_at <= ?8, excluded.expires_at, expires_at)
       WHERE expires_at <= ?8 OR (status IS NULL AND leased_until <= ?8 AND body_hash = excluded.body_hash)
       RETURNING resource_id`,
    )
    .bind(owner, route, key, bodyHash, uuidv7(), leasedUntil, now + RETENTION_MS, now)
    .first<{ resource_id: string }>();
  if (claimed) return { kind: "claimed", resourceId: claimed.resource_id };
  const row = await find(db, use);
  if (row && row.body_hash !== bodyHash) return { kind: "other body" };
  if (typeof row?.status !== "number") return { kind: "running" };
  return { kind: "recorded", response: { status: row.status, headers: JSON.parse(row.headers), body: row.body } };
}

function find(db: Database, { owner, route, key }: KeyUse): Promise<Row | null> {
  return db
    .prepare("SELECT body_hash, status, headers, body FROM idempotency_keys WHERE owner = ? AND route = ? AND key = ?")
    .bind(owner, route, key)
    .first<Row>();
}

/** Records the response for a claimed key. Keeps an earlier one: a slow request must not overwrite its retry's. */
export async function recordResponse(db: Database, use: KeyUse, response: RecordedResponse): Promise<void> {
  await db
    .prepare(
      `UPDATE idempotency_keys SET status = ?4, headers = ?5, body = ?6
       WHERE owner = ?1 AND route = ?2 AND key = ?3 AND status IS NULL`,
    )
    .bind(use.owner, use.route, use.key, response.status, JSON.stringify(response.headers), response.body)
    .run();
}

/** Ends the lease of a failed request, so that a retry need not wait. A lease of another request stays. */
export async function releaseKey(db: Database, { owner, route, key, leasedUntil }: KeyUse): Promise<void> {
  await db
    .prepare(
      `UPDATE idempotency_keys SET leased_until = 0
       WHERE owner = ? AND route = ? AND key = ? AND leased_until = ? AND status IS NULL`,
    )
    .bind(owner, route, key, leasedUntil)
    .run();
}

/** Ends the lease of a request that was invalid, so that the corrected one may use the key. */
export async function forgetKey(db: Database, { owner, route, key, leasedUntil }: KeyUse): Promise<void> {
  await db
    .prepare(
      `DELETE FROM idempotency_keys
       WHERE owner = ? AND route = ? AND key = ? AND leased_until = ? AND status IS NULL`,
    )
    .bind(owner, route, key, leasedUntil)
    .run();
}

export const expiredKeys: Sweep = sweepRows({
  table: "idempotency_keys",
  key: "owner, route, key",
  where: "expires_at <= ?",
  values: () => [Date.now()],
});

export const keysOfUsers: Erasure = {
  table: "idempotency_keys",
  key: "owner, route, key",
  owner: "idempotency_keys.owner = deleted_users.id",
};
