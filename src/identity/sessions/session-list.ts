/** Where a user is signed in, for that user to see and to end. */
import { describeDevice } from "./device.ts";
import { IDLE_MS } from "./sessions.ts";

/** A session as its owner sees it. Times are ISO 8601, UTC. */
export interface ListedSession {
  readonly id: string;
  /** In words. */
  readonly device: string;
  readonly createdAt: string;
  /** To the minute. */
  readonly lastUsedAt: string;
}

interface SessionRow {
  readonly id: string;
  readonly device: string;
  readonly createdAt: number;
  readonly usedAt: number;
}

/**
 * Lists a user's sessions that are still good, browsers' and clients', the newest first.
 *
 * @returns Up to `limit + 1` sessions: the one too many tells that there are more.
 */
export async function listSessions(
  db: D1Database,
  userId: string,
  { cursor, limit }: { readonly cursor?: string | undefined; readonly limit: number },
): Promise<ListedSession[]> {
  const now = Date.now();
  const { results } = await db
    .prepare(
      `SELECT id, device, created_at AS createdAt, used_at AS usedAt FROM sessions
       WHERE user_id = ?1 AND expires_at > ?2 AND used_at > ?3 AND (?4 IS NULL OR id < ?4) ORDER BY id DESC LIMIT ?5`,
    )
    .bind(userId, now, now - IDLE_MS, cursor ?? null, limit + 1)
    .all<SessionRow>();
  return results.map(({ id, device, createdAt, usedAt }) => ({
    id,
    device: describeDevice(device),
    createdAt: new Date(createdAt).toISOString(),
    lastUsedAt: new Date(usedAt).toISOString(),
  }));
}

/** @returns Whether there was such a session of this user. */
export async function endSessionOf(db: D1Database, userId: string, id: string): Promise<boolean> {
  const { meta } = await db.prepare("DELETE FROM sessions WHERE id = ? AND user_id = ?").bind(id, userId).run();
  return meta.changes > 0;
}

/** Signs a user out everywhere else. @param keptSession The one that goes on. */
export async function endOtherSessions(db: D1Database, userId: string, keptSession: string | null): Promise<void> {
  await db.prepare("DELETE FROM sessions WHERE user_id = ?1 AND id IS NOT ?2").bind(userId, keptSession).run();
}
