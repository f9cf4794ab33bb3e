/** Refresh tokens: opaque, good for one use, hashed at rest. Each use gives the next. */
import { createHmac } from "node:crypto";
import { createSecret, hashSecret } from "./secret.ts";
import { rotateRefresh, type SessionOwner, startTokenSession } from "./sessions.ts";
import type { TokenKeys } from "./token-keys.ts";

/** A client whose answer was lost may ask again for that long, and gets the same. */
const GRACE_MS = 5_000;

/** A part that all tokens of the session share, by which it is found, and a part of its own. */
const TOKEN = /^([\w-]{43})\.[\w-]{43}$/;

/** What a client holds of a session. */
export interface TokenSession {
  readonly sessionId: string;
  readonly userId: string;
  readonly refreshToken: string;
}

/** @returns Undefined where the password has changed since it was checked. */
export async function createTokenSession(
  db: D1Database,
  owner: SessionOwner & { readonly user: object },
): Promise<TokenSession | undefined> {
  const shared = createSecret();
  const refreshToken = `${shared}.${createSecret()}`;
  const hashes = { secretHash: hashSecret(shared), refreshHash: hashSecret(refreshToken) };
  const sessionId = await startTokenSession(db, owner, hashes);
  return sessionId === undefined ? undefined : { sessionId, userId: owner.user.id, refreshToken };
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
): Promise<TokenSession | undefined> {
  const [, shared] = TOKEN.exec(token) ?? [];
  if (shared === undefined) return undefined;
  const successors = [...keys.values()].map(
    (key) => `${shared}.${createHmac("sha256", key).update(`refresh ${token}`).digest("base64url")}`,
  );
  const [successor = ""] = successors;
  const rotated = await rotateRefresh(
    db,
    { secretHash: hashSecret(shared), presentedHash: hashSecret(token), successorHash: hashSecret(successor) },
    GRACE_MS,
  );
  // A retry may come after the keys were rotated: then another of them made the successor.
  const refreshToken = successors.find((candidate) => hashSecret(candidate) === rotated?.refreshHash);
  return rotated && refreshToken !== undefined
    ? { sessionId: rotated.sessionId, userId: rotated.userId, refreshToken }
    : undefined;
}
