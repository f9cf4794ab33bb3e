/** Refresh tokens: opaque, good for one use, hashed at rest. Each use gives the next. */
import { createHmac } from "node:crypto";
import { IDLE_MS, type SessionOwner, startTokenSession } from "../sessions/sessions.ts";
import type { Role } from "../users/user.ts";
import { createSecret, hashSecret } from "./secret.ts";
import type { TokenKeys } from "./token-keys.ts";

/** A client whose answer was lost may ask again for that long, and gets the same. */
const GRACE_MS = 5_000;

/** A part that all tokens of the session share, by which it is found, and a part of its own. */
const TOKEN = /^([\w-]{43})\.[\w-]{43}$/;

/** What a client holds of a session. */
export interface TokenSession {
  readonly sessionId: string;
  readonly userId: string;
  readonly role: Role;
  readonly refreshToken: string;
}

/** A refresh token that begins a session, or goes on with it under new secrets. */
export function createRefreshToken() {
  const shared = createSecret();
  const refreshToken = `${shared}.${createSecret()}`;
  return { refreshToken, secretHash: hashSecret(shared), refreshHash: hashSecret(refreshToken) };
}

/** @returns Undefined where the password has changed since it was checked. */
export async function createTokenSession(
  db: D1Database,
  owner: SessionOwner & { readonly user: object },
): Promise<(TokenSession & { readonly hasEvicted: boolean }) | undefined> {
  const { refreshToken, ...hashes } = createRefreshToken();
  const started = await startTokenSession(db, owner, hashes);
  const { id: userId, role } = owner.user;
  return started && { sessionId: started.id, userId, role, refreshToken, hasEvicted: started.hasEvicted };
}

/** A session that ended because one of its refresh tokens was used twice: somebody has a copy. */
export interface ReusedToken {
  readonly endedSessionOf: string;
}

/**
 * Uses a refresh token. A token that was used before ends its session, but for a retry with the
 * immediate predecessor within 5 seconds, which gets the same successor.
 *
 * The successor follows from the token and a key of ours: so the retry can be given it, although
 * only its hash was kept.
 */
export async function useRefreshToken(
  db: D1Database,
  keys: TokenKeys,
  token: string,
): Promise<TokenSession | ReusedToken | undefined> {
  const [, shared] = TOKEN.exec(token) ?? [];
  if (shared === undefined) return undefined;
  const successors = [...keys.values()].map(
    (key) => `${shared}.${createHmac("sha256", key).update(`refresh ${token}`).digest("base64url")}`,
  );
  const [successor = ""] = successors;
  const rotated = await rotate(db, {
    secretHash: hashSecret(shared),
    presentedHash: hashSecret(token),
    successorHash: hashSecret(successor),
  });
  if (rotated?.expiresAt === 0) return { endedSessionOf: rotated.userId };
  // A retry may come after the keys were rotated: then another of them made the successor.
  const refreshToken = successors.find((candidate) => hashSecret(candidate) === rotated?.refreshHash);
  if (!rotated || refreshToken === undefined) return undefined;
  const { sessionId, userId, role } = rotated;
  return { sessionId, userId, role, refreshToken };
}

interface RotatedRow extends Omit<TokenSession, "refreshToken"> {
  readonly refreshHash: string;
  readonly expiresAt: number;
}

/**
 * Puts a refresh token's successor in its place, in one statement: of requests with one token that come
 * at once, the first does it and the others, within the grace, find it done. Any other token of
 * the session was used before: somebody has a copy, and the session ends.
 *
 * @returns The hash of the token that is good now, and `expiresAt` 0 where this has ended the session; undefined where
 *   it was over before.
 */
async function rotate(
  db: D1Database,
  tokens: { readonly secretHash: string; readonly presentedHash: string; readonly successorHash: string },
): Promise<RotatedRow | null> {
  const now = Date.now();
  return db
    .prepare(
      `UPDATE sessions SET
         expires_at = iif(refresh_hash = ?2 OR (previous_hash = ?2 AND abs(?4 - rotated_at) <= ?5), expires_at, 0),
         previous_hash = iif(refresh_hash = ?2, refresh_hash, previous_hash),
         rotated_at = iif(refresh_hash = ?2, ?4, rotated_at),
         refresh_hash = iif(refresh_hash = ?2, ?3, refresh_hash),
         used_at = ?4
       WHERE kind = 'token' AND secret_hash = ?1 AND expires_at > ?4 AND used_at > ?6
       RETURNING id AS sessionId, user_id AS userId, (SELECT role FROM users WHERE id = user_id) AS role,
         refresh_hash AS refreshHash, expires_at AS expiresAt`,
    )
    .bind(tokens.secretHash, tokens.presentedHash, tokens.successorHash, now, GRACE_MS, now - IDLE_MS)
    .first<RotatedRow>();
}
