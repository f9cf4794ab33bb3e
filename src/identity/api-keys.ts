/** API keys in D1: for programs that act for a user, with permissions of their own. */
import { v7 as uuidv7 } from "uuid";
import { createSecret, hashSecret } from "./secret.ts";
import type { User } from "./user.ts";
import { toUser, USER_COLUMNS, type UserRow } from "./users.ts";

/** A key as its owner sees it, after it was made. */
export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly permissions: readonly string[];
  /** ISO 8601, UTC. */
  readonly createdAt: string;
}

/** So that a key that leaks is recognised for what it is. */
const PREFIX = "candor_";

/** @returns The key, which nobody can see again, and what is kept of it. */
export async function createApiKey(
  db: D1Database,
  userId: string,
  { name, permissions }: Pick<ApiKey, "name" | "permissions">,
): Promise<ApiKey & { readonly key: string }> {
  const [id, key, createdAt] = [uuidv7(), PREFIX + createSecret(), new Date().toISOString()];
  await db
    .prepare("INSERT INTO api_keys (id, user_id, key_hash, name, permissions, created_at) VALUES (?, ?, ?, ?, ?, ?)")
    .bind(id, userId, hashSecret(key), name, JSON.stringify(permissions), createdAt)
    .run();
  return { id, name, permissions, createdAt, key };
}

type KeyRow = Omit<ApiKey, "permissions"> & { readonly permissions: string };

/**
 * Lists a user's keys, the newest first.
 *
 * @returns Up to `limit + 1` keys: the one too many tells that there are more.
 */
export async function listApiKeys(
  db: D1Database,
  userId: string,
  { cursor, limit }: { readonly cursor?: string | undefined; readonly limit: number },
): Promise<ApiKey[]> {
  const { results } = await db
    .prepare(
      `SELECT id, name, permissions, created_at AS createdAt FROM api_keys
       WHERE user_id = ?1 AND (?2 IS NULL OR id < ?2) ORDER BY id DESC LIMIT ?3`,
    )
    .bind(userId, cursor ?? null, limit + 1)
    .all<KeyRow>();
  return results.map(toApiKey);
}

/** @returns Null where this user has no such key. */
export async function getApiKey(db: D1Database, userId: string, id: string): Promise<ApiKey | null> {
  const row = await db
    .prepare("SELECT id, name, permissions, created_at AS createdAt FROM api_keys WHERE id = ? AND user_id = ?")
    .bind(id, userId)
    .first<KeyRow>();
  return row && toApiKey(row);
}

function toApiKey(row: KeyRow): ApiKey {
  return { ...row, permissions: JSON.parse(row.permissions) };
}

/** @returns Whether there was such a key of this user. */
export async function deleteApiKey(db: D1Database, userId: string, id: string): Promise<boolean> {
  const { meta } = await db.prepare("DELETE FROM api_keys WHERE id = ? AND user_id = ?").bind(id, userId).run();
  return meta.changes > 0;
}

/** Whose key it is, and what it may do. */
export async function findApiKey(
  db: D1Database,
  key: string,
): Promise<{ readonly keyId: string; readonly permissions: readonly string[]; readonly user: User } | undefined> {
  const row = await db
    .prepare(
      `SELECT api_keys.id AS keyId, permissions, ${USER_COLUMNS}
       FROM api_keys JOIN users ON users.id = user_id WHERE key_hash = ?`,
    )
    .bind(hashSecret(key))
    .first<UserRow & { keyId: string; permissions: string }>();
  return row ? { keyId: row.keyId, permissions: JSON.parse(row.permissions), user: toUser(row) } : undefined;
}
