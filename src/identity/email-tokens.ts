/** Tokens for links in mails: each proves once, and not for long, that its user reads the mail of the address. */
import { createSecret, hashSecret } from "./secret.ts";

const MINUTE_MS = 60_000;

/** What a token is good for, and for how long. */
const LIFETIME_MS = { verify: 24 * 60 * MINUTE_MS, reset: 30 * MINUTE_MS } as const;

export type EmailPurpose = keyof typeof LIFETIME_MS;

/** Makes a token, in the place of an earlier one for the same purpose. */
export async function createEmailToken(db: D1Database, userId: string, purpose: EmailPurpose): Promise<string> {
  const token = createSecret();
  await db
    .prepare("INSERT OR REPLACE INTO email_tokens (token_hash, user_id, purpose, expires_at) VALUES (?, ?, ?, ?)")
    .bind(hashSecret(token), userId, purpose, Date.now() + LIFETIME_MS[purpose])
    .run();
  return token;
}

/** Uses a token up, in one statement. @returns The id of its user; undefined where it is none that is still good. */
export async function useEmailToken(db: D1Database, token: string, purpose: EmailPurpose): Promise<string | undefined> {
  const row = await db
    .prepare(
      "DELETE FROM email_tokens WHERE token_hash = ? AND purpose = ? AND expires_at > ? RETURNING user_id AS userId",
    )
    .bind(hashSecret(token), purpose, Date.now())
    .first<{ userId: string }>();
  return row?.userId;
}
