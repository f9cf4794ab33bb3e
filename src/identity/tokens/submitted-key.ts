/** Creates API keys so that a repeated request creates nothing and gets the same key. */
import { createHmac, type KeyObject } from "node:crypto";
import { v7 as uuidv7 } from "uuid";
import type { Erasure } from "../../env.ts";
import { logFailure } from "../../web/app/log.ts";
import type { Database } from "../../web/platform/request-database.ts";
import { type Submission, submittedId } from "../../web/request/submitted-id.ts";
import { IDLE_MS } from "../sessions/sessions.ts";
import {
  type ApiKey,
  EXPIRED_KEY_RETENTION_MS,
  insertApiKey,
  KEY_COLUMNS,
  KEY_PREFIX,
  type KeyRow,
  type NewApiKey,
  toApiKey,
} from "./api-keys.ts";
import { hashSecret } from "./secret.ts";
import type { TokenKeys } from "./token-keys.ts";

/**
 * The submission of a form, with the values that the user entered; or the id for the key of an `Idempotency-Key`. Its
 * content names the session, so that a repeated request in another session creates another key.
 */
export type KeySubmission = Required<Pick<Submission, "submission" | "content">>;

/** The result of a submission. */
export type SubmittedKey =
  | {
      readonly kind: "created" | "repeated";
      readonly key: ApiKey & { readonly key: string };
      /** Whether no earlier request has sent the notice of the new key. */
      readonly needsNotice: boolean;
    }
  /** The key exists, but `TOKEN_KEYS` no longer contains the key that its secret was derived with. */
  | { readonly kind: "not shown" }
  | { readonly kind: "deleted" }
  /** The user has reached the quota, or the session has ended. */
  | { readonly kind: "refused" };

/** A session that ended during the request is shown nothing. */
const IN_LIVE_SESSION = `(?3 IS NULL OR EXISTS (
  SELECT 1 FROM sessions WHERE id = ?3 AND user_id = ?1 AND expires_at > ?4 AND used_at > ?5
))`;

interface StoredKeyRow extends KeyRow {
  readonly keyHash: string;
}

/**
 * Creates a key, once for each submission. Its secret is derived from the submission and from `TOKEN_KEYS`. So after a
 * lost response, a repeated request gets the key, although the database does not contain it.
 *
 * @param tokenKeys The first one derives the secret of a new key. All of them are tried for an existing key.
 */
export async function createSubmittedKey(
  db: Database,
  tokenKeys: TokenKeys,
  userId: string,
  given: NewApiKey,
  submission: KeySubmission,
): Promise<SubmittedKey> {
  const submissionId = submittedId({ kind: "API key", userId, ...submission });
  const secrets = [...tokenKeys.values()].map((key) => deriveKey(key, userId, submission));
  const [key = ""] = secrets;
  const id = uuidv7();
  const now = Date.now();
  const found = [userId, submissionId, given.sessionId ?? null, now, now - IDLE_MS] as const;
  const [inserted, , submitted, stored] = await db.batch([
    insertApiKey(db, userId, given, { id, key, submissionId }),
    db
      .prepare(
        `INSERT INTO api_key_submissions (user_id, id, key_id, expires_at)
         SELECT user_id, ?2, id, expires_at + ?3 FROM api_keys WHERE id = ?1`,
      )
      .bind(id, submissionId, EXPIRED_KEY_RETENTION_MS),
    db
      .prepare(`SELECT key_id FROM api_key_submissions WHERE user_id = ?1 AND id = ?2 AND ${IN_LIVE_SESSION}`)
      .bind(...found),
    db
      .prepare(
        `SELECT ${KEY_COLUMNS}, key_hash AS keyHash FROM api_keys
         WHERE id = (SELECT key_id FROM api_key_submissions WHERE user_id = ?1 AND id = ?2) AND ${IN_LIVE_SESSION}`,
      )
      .bind(...found),
  ]);
  if (!submitted?.results.length) return { kind: "refused" };
  const row = stored?.results[0] as StoredKeyRow | undefined;
  if (!row) return { kind: "deleted" };
  const { keyHash, ...rest } = row;
  const shown = secrets.find((secret) => hashSecret(secret) === keyHash);
  if (shown === undefined) return { kind: "not shown" };
  return {
    kind: inserted?.results.length ? "created" : "repeated",
    key: { ...toApiKey(rest), key: shown },
    needsNotice: await claimNotice(db, userId, submissionId),
  };
}

/**
 * Leaves the notice to one of several requests for a key. It is not left to the first one, whose Worker may end before
 * it learns that the key was created.
 *
 * @returns True as well if the claim fails: a second notice is better than none.
 */
async function claimNotice(db: Database, userId: string, submissionId: string): Promise<boolean> {
  try {
    const { meta } = await db
      .prepare("UPDATE api_key_submissions SET is_notified = 1 WHERE user_id = ? AND id = ? AND is_notified = 0")
      .bind(userId, submissionId)
      .run();
    return meta.changes > 0;
  } catch (error) {
    logFailure("It could not be recorded that the notice of an API key is sent", error);
    return true;
  }
}

function deriveKey(key: KeyObject, userId: string, { submission, content }: KeySubmission): string {
  const text = JSON.stringify(["API key", userId, submission, ...content]);
  return KEY_PREFIX + createHmac("sha256", key).update(text).digest("base64url");
}

export const submissionsOfUsers: Erasure = {
  table: "api_key_submissions",
  key: "user_id, id",
  owner: "api_key_submissions.user_id = deleted_users.id",
};
