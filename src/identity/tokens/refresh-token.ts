/** Refresh tokens: opaque, single-use, hashed at rest. Each use returns the next token. */
import { createHmac } from "node:crypto";
import type { Database } from "../../web/platform/request-database.ts";
import { withDeadline } from "../../web/platform/transient.ts";
import { IDLE_MS, type SessionOwner, startTokenSession } from "../sessions/sessions.ts";
import type { Role } from "../users/user.ts";
import { createSecret, hashSecret } from "./secret.ts";
import type { TokenKeys } from "./token-keys.ts";

/** A client that lost the response may retry within this time and gets the same successor. */
const GRACE_MS = 5_000;

/** A client that is told to retry in a second must still do so within the grace time, if the rotation took effect. */
const ROTATION_DEADLINE_MS = 3_000;

/** A part that identifies the session, shared by all of its tokens, and a part unique to the token. */
const TOKEN = /^([\w-]{43})\.[\w-]{43}$/;

/** A session of an API client. */
export interface TokenSession {
  readonly sessionId: string;
  readonly userId: string;
  readonly role: Role;
  readonly refreshToken: string;
}

/** Creates a refresh token that starts a session or renews its secrets. */
export function createRefreshToken() {
  const shared = createSecret();
  const refreshToken = `${shared}.${createSecret()}`;
  return { refreshToken, secretHash: hashSecret(shared), refreshHash: hashSecret(refreshToken) };
}

/** @returns Undefined if the password has changed since it was checked. */
export async function createTokenSession(
  db: Database,
  owner: SessionOwner & { readonly user: object },
): Promise<(TokenSession & { readonly hasEvicted: boolean }) | undefined> {
  const { refreshToken, ...hashes } = createRefreshToken();
  const started = await startTokenSession(db, owner, hashes);
  const { id: userId, role } = owner.user;
  return started && { sessionId: started.id, userId, role, refreshToken, hasEvicted: started.hasEvicted };
}

/** A session that ended because a refresh token was used twice, which means that a copy of it exists. */
export interface ReusedToken {
  /** The id of the session's user. */
  readonly endedSessionOf: string;
}

/**
 * Uses a refresh token. Reuse ends the session, except a retry with the immediate predecessor within 5 seconds, which
 * gets the same successor.
 *
 * The successor is derived from the token and a signing key, so a retry can get it although only its hash is stored.
 */
export async function useRefreshToken(
  db: Database,
  keys: TokenKeys,
  token: string,
): Promise<TokenSession | ReusedToken | undefined> {
  const [, shared] = TOKEN.exec(token) ?? [];
  if (shared === undefined) return undefined;
  const successors = [...keys.values()].map(
    (key) => `${shared}.${createHmac("sha256", key).update(`refresh ${token}`).digest("base64url")}`,
  );
  const [successor = ""] = successors;
  const rotating = rotate(db, {
    secretHash: hashSecret(shared),
    presentedHash: hashSecret(token),
    successorHash: hashSecret(successor),
  });
  const rotated = await withDeadline(rotating, ROTATION_DEADLINE_MS);
  if (rotated?.expiresAt === 0) return { endedSessionOf: rotated.userId };
  // If the keys were rotated before a retry, another key than the first has created the successor.
  const refreshToken = successors.find((candidate) => hashSecret(candidate) === rotated?.refreshHash);
  if (!rotated || refreshToken === undefined) return undefined;
  const { sessionId, userId, role } = rotated;
  return { sessionId, userId, role, refreshToken };
}

interface RotatedRow extends Omit<TokenSession, "refreshToken"> {
  readonly refreshHash: string;
  readonly expiresAt: number;
}

/** Whether the token is the current one, or its immediate predecessor within the grace time. */
const IS_VALID = "(refresh_hash = ?2 OR (previous_hash = ?2 AND abs(?4 - rotated_at) <= ?5))";

/**
 * Replaces a refresh token by its successor, in one statement: of concurrent requests with the same token, the first
 * replaces it, and the others get the same successor within the grace time. Any other token of the session was used
 * before, which means that a copy of it exists, so the session ends.
 *
 * @returns The hash of the current token, with `expiresAt` 0 if this call ended the session; null if the session had
 *   already ended.
 */
async function rotate(
  db: Database,
  tokens: { readonly secretHash: string; readonly presentedHash: string; readonly successorHash: string },
): Promise<RotatedRow | null> {
  const now = Date.now();
  return db
    .prepare(
      `UPDATE sessions SET
         expires_at = iif(${IS_VALID}, expires_at, 0),
         previous_hash = iif(refresh_hash = ?2, refresh_hash, previous_hash),
         rotated_at = iif(refresh_hash = ?2, ?4, rotated_at),
         refresh_hash = iif(refresh_hash = ?2, ?3, refresh_hash),
         used_at = iif(${IS_VALID}, ?4, 0)
       WHERE kind = 'token' AND secret_hash = ?1 AND expires_at > ?4 AND used_at > ?6
       RETURNING id AS sessionId, user_id AS userId, (SELECT users.role FROM users WHERE users.id = sessions.user_id) AS role,
         refresh_hash AS refreshHash, expires_at AS expiresAt`,
    )
    .bind(tokens.secretHash, tokens.presentedHash, tokens.successorHash, now, GRACE_MS, now - IDLE_MS)
    .first<RotatedRow>();
}
