/** Changes credentials, and ends the sessions, keys and links that a change invalidates, in one transaction each. */

import type { Database } from "../../web/platform/request-database.ts";
import { IDLE_MS } from "../sessions/sessions.ts";
import { hashSecret } from "../tokens/secret.ts";
import type { Credentials } from "./users.ts";

/** A session that continues under a new id and new secrets, so that everything issued for it before is refused. */
export interface RenewedSession {
  readonly id: string;
  readonly newId: string;
  /** The hash of the cookie's secret, or of the part that all refresh tokens of the session share. */
  readonly secretHash: string;
  /** The hash of the refresh token; null for a cookie. */
  readonly refreshHash: string | null;
  /** The id in the device token; null keeps the current one. */
  readonly deviceId: string | null;
}

const LIVE = "expires_at > ? AND used_at > ?";

/** Renews a session whose user has just entered the password, if its hash is still `user.passwordHash`. */
function renewal(db: Database, user: Pick<Credentials, "id" | "passwordHash">, session: RenewedSession) {
  const now = Date.now();
  return db
    .prepare(
      `UPDATE sessions SET id = ?, secret_hash = ?, refresh_hash = ?, previous_hash = NULL, rotated_at = NULL,
         device_id = coalesce(?, device_id), authenticated_at = ?, used_at = ?
       WHERE id = ? AND user_id = ? AND ${LIVE}
         AND EXISTS (SELECT 1 FROM users WHERE users.id = sessions.user_id AND users.password_hash = ?)
       RETURNING device_id AS deviceId`,
    )
    .bind(
      session.newId,
      session.secretHash,
      session.refreshHash,
      session.deviceId,
      now,
      now,
      session.id,
      user.id,
      now,
      now - IDLE_MS,
      user.passwordHash,
    );
}

/** @returns The id in the session's device token; undefined if the session or the password is no longer valid. */
export async function renewSessionSecrets(
  db: Database,
  user: Credentials,
  session: RenewedSession,
): Promise<string | undefined> {
  const row = await renewal(db, user, session).first<{ deviceId: string }>();
  return row?.deviceId;
}

/**
 * Changes a password. Ends all other sessions, all device tokens, all links that reset the password, and the API keys
 * unless they are kept.
 *
 * @param user The user, with the hash of the previous password, which was checked.
 * @param passwordHash The hash of the new password. Its salt makes it unique, so the later statements run only if the
 *   table contains it: if the first statement succeeded.
 * @returns False if the session has ended or the password has changed meanwhile; then nothing was changed.
 */
export async function changePassword(
  db: Database,
  user: Credentials,
  passwordHash: string,
  session: RenewedSession,
  { keepApiKeys }: { readonly keepApiKeys: boolean },
): Promise<boolean> {
  const now = Date.now();
  const changed = "EXISTS (SELECT 1 FROM users WHERE id = ?1 AND password_hash = ?2)";
  const [updated] = await db.batch([
    db
      .prepare(
        `UPDATE users SET password_hash = ?2, credential_epoch = credential_epoch + 1
         WHERE id = ?1 AND password_hash = ?3
           AND EXISTS (SELECT 1 FROM sessions WHERE id = ?4 AND user_id = ?1 AND expires_at > ?5 AND used_at > ?6)`,
      )
      .bind(user.id, passwordHash, user.passwordHash, session.id, now, now - IDLE_MS),
    db
      .prepare(`DELETE FROM sessions WHERE user_id = ?1 AND id <> ?3 AND ${changed}`)
      .bind(user.id, passwordHash, session.id),
    renewal(db, { id: user.id, passwordHash }, session),
    db
      .prepare(`DELETE FROM api_keys WHERE user_id = ?1 AND ?3 = 0 AND ${changed}`)
      .bind(user.id, passwordHash, Number(keepApiKeys)),
    db
      .prepare(`DELETE FROM email_tokens WHERE user_id = ?1 AND purpose = 'reset' AND ${changed}`)
      .bind(user.id, passwordHash),
  ]);
  return (updated?.meta.changes ?? 0) > 0;
}

/**
 * Resets a password by a mailed link, which verifies the address. Ends all sessions, API keys, device tokens and links
 * of the account.
 *
 * @returns False if the link is no longer valid; then nothing was changed.
 */
export async function resetPassword(
  db: Database,
  userId: string,
  token: string,
  passwordHash: string,
): Promise<boolean> {
  const reset = "EXISTS (SELECT 1 FROM users WHERE id = ?1 AND password_hash = ?2)";
  const end = (table: string) =>
    db.prepare(`DELETE FROM ${table} WHERE user_id = ?1 AND ${reset}`).bind(userId, passwordHash);
  const [updated] = await db.batch([
    db
      .prepare(
        `UPDATE users SET password_hash = ?2, email_verified = 1, credential_epoch = credential_epoch + 1
         WHERE id = ?1 AND EXISTS (
           SELECT 1 FROM email_tokens WHERE token_hash = ?3 AND user_id = ?1 AND purpose = 'reset' AND expires_at > ?4
         )`,
      )
      .bind(userId, passwordHash, hashSecret(token), Date.now()),
    ...["sessions", "api_keys", "email_tokens"].map(end),
  ]);
  return (updated?.meta.changes ?? 0) > 0;
}

/** Verifies an address by a mailed link and uses the link up. @returns False if the link is no longer valid. */
export async function confirmAddress(db: Database, userId: string, token: string): Promise<boolean> {
  const link = "token_hash = ?1 AND user_id = ?2 AND purpose = 'verify' AND expires_at > ?3";
  const values = [hashSecret(token), userId, Date.now()];
  const [confirmed] = await db.batch([
    db
      .prepare(
        `UPDATE users SET email_verified = 1 WHERE id = ?2 AND EXISTS (SELECT 1 FROM email_tokens WHERE ${link})`,
      )
      .bind(...values),
    db.prepare(`DELETE FROM email_tokens WHERE ${link}`).bind(...values),
  ]);
  return (confirmed?.meta.changes ?? 0) > 0;
}
