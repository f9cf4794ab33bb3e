/** Short-lived, single-use tokens for links in e-mails: a token proves that its sender can read the account's mail. */

import type { Database } from "../../web/platform/request-database.ts";
import { CREDENTIAL_COLUMNS, type CredentialRow, type Credentials, toCredentials } from "../users/users.ts";
import { createSecret, hashSecret } from "./secret.ts";

const HOUR_MS = 60 * 60_000;

const LIFETIME_MS = { verify: 24 * HOUR_MS, reset: HOUR_MS } as const;

/** Maximum live tokens of an account per purpose: strangers cannot flood a mailbox, and its owner always has a live link. */
const MAX_LIVE = 3;

export type EmailPurpose = keyof typeof LIFETIME_MS;

/** Creates a token. @returns Undefined if the account already has three live tokens for this purpose. */
export async function createEmailToken(
  db: Database,
  userId: string,
  purpose: EmailPurpose,
): Promise<string | undefined> {
  const token = createSecret();
  return (await storeEmailToken(db, { userId, purpose, token })) ? token : undefined;
}

/** A token from `createSecret` for an account. */
interface NewEmailToken {
  readonly userId: string;
  readonly purpose: EmailPurpose;
  readonly token: string;
}

/** @returns False if the account already has three live tokens for this purpose: send no mail then. */
export async function storeEmailToken(db: Database, { userId, purpose, token }: NewEmailToken): Promise<boolean> {
  const now = Date.now();
  const { meta } = await db
    .prepare(
      `INSERT INTO email_tokens (token_hash, user_id, purpose, expires_at) SELECT ?1, ?2, ?3, ?4
       WHERE (SELECT count(*) FROM email_tokens WHERE user_id = ?2 AND purpose = ?3 AND expires_at > ?5) < ${MAX_LIVE}`,
    )
    .bind(hashSecret(token), userId, purpose, now + LIFETIME_MS[purpose], now)
    .run();
  return meta.changes > 0;
}

/** Removes a token whose mail was certainly not sent, so that it does not count as live. */
export async function deleteEmailToken(db: Database, token: string): Promise<void> {
  await db.prepare("DELETE FROM email_tokens WHERE token_hash = ?").bind(hashSecret(token)).run();
}

/** Finds the account of a live token, without using the token up. */
export async function findTokenOwner(
  db: Database,
  token: string,
  purpose: EmailPurpose,
): Promise<Credentials | undefined> {
  const row = await db
    .prepare(
      `SELECT ${CREDENTIAL_COLUMNS} FROM email_tokens JOIN users ON users.id = email_tokens.user_id
       WHERE email_tokens.token_hash = ? AND email_tokens.purpose = ? AND email_tokens.expires_at > ?`,
    )
    .bind(hashSecret(token), purpose, Date.now())
    .first<CredentialRow>();
  return row ? toCredentials(row) : undefined;
}
