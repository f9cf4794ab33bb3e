/** API keys in D1, for programs that act on behalf of a user with limited permissions. */
import { v7 as uuidv7 } from "uuid";
import * as z from "zod";
import type { Quota } from "../../limits/quotas.ts";
import { APP_ID } from "../../web/app/app-name.ts";
import { pageOf } from "../../web/contract/bodies.ts";
import type { Database } from "../../web/platform/request-database.ts";
import { mapPage, type Page, type PageQuery } from "../../web/request/paging.ts";
import { NEWEST_ID_FIRST, readPage } from "../../web/request/read-page.ts";
import { uuid } from "../../web/request/uuid.ts";
import { IDLE_MS, TOUCH_INTERVAL_MS } from "../sessions/sessions.ts";
import type { User } from "../users/user.ts";
import { toUser, USER_COLUMNS, type UserRow } from "../users/users.ts";
import { createSecret, hashSecret } from "./secret.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

export const DEFAULT_KEY_LIFETIME_MS = 90 * DAY_MS;
export const MAX_KEY_LIFETIME_MS = 365 * DAY_MS;

const MAX_KEYS = 20;

/** Counted in the statement that creates a key: expired keys do not count, so no counter is kept. */
export const API_KEYS_QUOTA: Quota = {
  name: "apiKeys",
  limit: MAX_KEYS,
  unit: "API keys",
  refusal: `You have reached the limit of ${MAX_KEYS} API keys. Delete some, then try again.`,
};

/** An expired key is kept for this time, so that a response can say that the key has expired. */
export const EXPIRED_KEY_RETENTION_MS = 30 * DAY_MS;

/** A key as its owner sees it after its creation. */
export const apiKeyBody = z
  .object({
    id: uuid,
    name: z.string(),
    permissions: z.array(z.string()),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
    lastUsedAt: z.iso.datetime().nullable().describe("Accurate to the minute; null for an unused key."),
  })
  .meta({ id: "ApiKey" });

export const apiKeysBody = pageOf(apiKeyBody);

/** A new key with its secret, which is shown only once. */
export const newApiKeyBody = apiKeyBody.extend({ key: z.string() }).meta({ id: "NewApiKey" });

export type ApiKey = z.output<typeof apiKeyBody>;

export type NewApiKey = Pick<ApiKey, "name"> & {
  readonly permissions: readonly string[];
  /** ISO 8601. Default: 90 days from now. */
  readonly expiresAt?: string | undefined;
  /** The session that requests the key, which must be live; null if none does. */
  readonly sessionId?: string | null;
};

/** A key and its id, which the caller generates. */
interface GeneratedKey {
  readonly id: string;
  readonly key: string;
  /** The id of the submission, which creates only one key; null if the request cannot be repeated. */
  readonly submissionId?: string | null;
}

/** Makes a leaked key recognisable. */
export const KEY_PREFIX = `${APP_ID}_`;

export const KEY_COLUMNS =
  "id, name, permissions, created_at AS createdAt, expires_at AS expiresAt, last_used_at AS lastUsedAt";

export interface KeyRow {
  readonly id: string;
  readonly name: string;
  readonly permissions: string;
  readonly createdAt: string;
  readonly expiresAt: number;
  readonly lastUsedAt: number | null;
}

/**
 * Creates a key. For requests that may be repeated, use `createSubmittedKey`.
 *
 * @returns The key, which is shown only once; undefined if the user has reached the quota, or the session has ended.
 */
export async function createApiKey(
  db: Database,
  userId: string,
  given: NewApiKey,
): Promise<(ApiKey & { readonly key: string }) | undefined> {
  const key = KEY_PREFIX + createSecret();
  const row = await insertApiKey(db, userId, given, { id: uuidv7(), key }).first<KeyRow>();
  return row ? { ...toApiKey(row), key } : undefined;
}

/** Inserts a key, and returns its row. The same statement counts the user's unexpired keys. */
export function insertApiKey(
  db: Database,
  userId: string,
  { name, permissions, expiresAt, sessionId = null }: NewApiKey,
  { id, key, submissionId = null }: GeneratedKey,
): D1PreparedStatement {
  const now = Date.now();
  const expires = expiresAt === undefined ? now + DEFAULT_KEY_LIFETIME_MS : Date.parse(expiresAt);
  return db
    .prepare(
      `INSERT INTO api_keys (id, user_id, key_hash, name, permissions, created_at, expires_at)
       SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7
       WHERE (SELECT count(*) FROM api_keys WHERE user_id = ?2 AND expires_at > ?8) < ?9
         AND (?10 IS NULL OR EXISTS (
           SELECT 1 FROM sessions WHERE id = ?10 AND user_id = ?2 AND expires_at > ?8 AND used_at > ?11
         ))
         AND NOT EXISTS (SELECT 1 FROM api_key_submissions WHERE user_id = ?2 AND id = ?12)
       RETURNING ${KEY_COLUMNS}`,
    )
    .bind(
      id,
      userId,
      hashSecret(key),
      name,
      JSON.stringify(permissions),
      new Date(now).toISOString(),
      expires,
      now,
      API_KEYS_QUOTA.limit,
      sessionId,
      now - IDLE_MS,
      submissionId,
    );
}

/** Lists a user's keys, newest first. */
export async function listApiKeys(db: Database, userId: string, query: PageQuery): Promise<Page<ApiKey>> {
  const page = await readPage<KeyRow, string>(db, query, NEWEST_ID_FIRST, ({ comparison, direction, from, limit }) =>
    db
      .prepare(
        `SELECT ${KEY_COLUMNS} FROM api_keys WHERE user_id = ?1 AND id ${comparison} ?2 ORDER BY id ${direction} LIMIT ?3`,
      )
      .bind(userId, from, limit),
  );
  return mapPage(page, toApiKey);
}

/** @returns Null if the user has no such key. */
export async function getApiKey(db: Database, userId: string, id: string): Promise<ApiKey | null> {
  const row = await db
    .prepare(`SELECT ${KEY_COLUMNS} FROM api_keys WHERE id = ? AND user_id = ?`)
    .bind(id, userId)
    .first<KeyRow>();
  return row && toApiKey(row);
}

export function toApiKey({ permissions, expiresAt, lastUsedAt, ...row }: KeyRow): ApiKey {
  return {
    ...row,
    permissions: JSON.parse(permissions),
    expiresAt: new Date(expiresAt).toISOString(),
    lastUsedAt: lastUsedAt === null ? null : new Date(lastUsedAt).toISOString(),
  };
}

/** @returns Whether the user had such a key. */
export async function deleteApiKey(db: Database, userId: string, id: string): Promise<boolean> {
  const { meta } = await db.prepare("DELETE FROM api_keys WHERE id = ? AND user_id = ?").bind(id, userId).run();
  return meta.changes > 0;
}

/** The key of a request. */
export interface FoundApiKey {
  readonly keyId: string;
  readonly permissions: readonly string[];
  readonly user: User;
  readonly isExpired: boolean;
  /** Whether the recorded last use is old enough to call `touchApiKey`. */
  readonly isStale: boolean;
}

/** @returns Undefined for an unknown key. */
export async function findApiKey(db: Database, key: string): Promise<FoundApiKey | undefined> {
  const row = await db
    .prepare(
      `SELECT api_keys.id AS keyId, api_keys.permissions, api_keys.expires_at AS expiresAt,
         api_keys.last_used_at AS lastUsedAt, ${USER_COLUMNS}
       FROM api_keys JOIN users ON users.id = api_keys.user_id WHERE api_keys.key_hash = ?`,
    )
    .bind(hashSecret(key))
    .first<UserRow & { keyId: string; permissions: string; expiresAt: number; lastUsedAt: number | null }>();
  if (!row) return undefined;
  const now = Date.now();
  return {
    keyId: row.keyId,
    permissions: JSON.parse(row.permissions),
    user: toUser(row),
    isExpired: row.expiresAt <= now,
    isStale: now - (row.lastUsedAt ?? 0) > TOUCH_INTERVAL_MS,
  };
}

/** Records that a key has just been used. */
export async function touchApiKey(db: Database, id: string): Promise<void> {
  await db.prepare("UPDATE api_keys SET last_used_at = ? WHERE id = ?").bind(Date.now(), id).run();
}
