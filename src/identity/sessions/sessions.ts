/** Sessions in D1, of browsers (by a cookie) and of API clients (by a refresh token). */
import { v7 as uuidv7 } from "uuid";
import type { Database } from "../../web/platform/request-database.ts";
import { createSecret, hashSecret } from "../tokens/secret.ts";
import type { User } from "../users/user.ts";
import { type Credentials, toUser, USER_COLUMNS, type UserRow } from "../users/users.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** A session ends after this time, even if it is used. */
export const SESSION_MS = 30 * DAY_MS;
/** A session ends after this time without use. */
export const IDLE_MS = 7 * DAY_MS;
/** The minimum time between two writes of the last use. */
export const TOUCH_INTERVAL_MS = 60_000;

/** Data that pages keep in a session: JSON values by key. */
export type SessionData = Readonly<Record<string, unknown>>;

/** Maximum sessions of one kind per user; a new one beyond it ends the least recently used one. */
const MAX_SESSIONS = 50;

/** A session about to be started. */
interface NewSession {
  readonly kind: "cookie" | "token";
  /** Null for a visitor. */
  readonly user: Credentials | null;
  readonly secretHash: string;
  readonly refreshHash?: string;
  readonly device: string;
  readonly deviceId: string | null;
  readonly data?: SessionData;
}

export interface StartedSession {
  readonly id: string;
  /** Whether the least recently used session was ended to make room. */
  readonly hasEvicted: boolean;
}

/**
 * Starts a session. For a user it starts only if the password has not been changed since it was checked.
 *
 * @returns Undefined if the password has changed or the user was deleted.
 */
async function start(db: Database, session: NewSession): Promise<StartedSession | undefined> {
  const { kind, user, secretHash, refreshHash = null, device, deviceId, data = {} } = session;
  const [now, userId] = [Date.now(), user?.id ?? null];
  const insert = db
    .prepare(
      `INSERT INTO sessions (id, user_id, kind, secret_hash, refresh_hash, device, device_id, data, authenticated_at,
         created_at, used_at, expires_at)
       SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, iif(?2 IS NULL, NULL, ?9), ?9, ?9, ?10
       WHERE ?2 IS NULL OR EXISTS (SELECT 1 FROM users WHERE id = ?2 AND password_hash = ?11)
       RETURNING id`,
    )
    .bind(
      uuidv7(),
      userId,
      kind,
      secretHash,
      refreshHash,
      device,
      deviceId,
      JSON.stringify(data),
      now,
      now + SESSION_MS,
      user?.passwordHash ?? null,
    );
  const evict = db
    .prepare(
      `DELETE FROM sessions WHERE id IN (
         SELECT id FROM sessions WHERE user_id = ?1 AND kind = ?2 AND used_at > ?4 AND expires_at > ?3
         ORDER BY used_at DESC, id DESC LIMIT -1 OFFSET ${MAX_SESSIONS}
       ) RETURNING id`,
    )
    .bind(userId, kind, now, now - IDLE_MS);
  const [inserted, evicted] = await db.batch<{ id: string }>([insert, evict]);
  const id = inserted?.results[0]?.id;
  return id === undefined ? undefined : { id, hasEvicted: (evicted?.results.length ?? 0) > 0 };
}

/** The `User-Agent` of a request, at most 200 characters. */
export function deviceOf(request: Request): string {
  return (request.headers.get("User-Agent") ?? "").slice(0, 200);
}

/** The owner of a new session: a user whose password was checked, or a visitor. */
export interface SessionOwner {
  readonly user: Credentials | null;
  /** The `User-Agent` of the client. */
  readonly device: string;
  /** The id in the session's device token; null for a visitor. */
  readonly deviceId: string | null;
}

/** Creates a cookie's secret: a part that the session keeps, to which forms are bound, and a part that is renewed. */
export function createCookieSecret(kept: string = createSecret()): string {
  return `${kept}.${createSecret()}`;
}

/** The part of a cookie's secret that stays the same when the session is renewed. */
export function keptPartOf(secret: string): string {
  return secret.split(".", 1)[0] ?? "";
}

/** @returns The session with the secret for its cookie; undefined if the password has changed meanwhile. */
export async function startCookieSession(
  db: Database,
  owner: SessionOwner,
  data: SessionData = {},
): Promise<(StartedSession & { readonly secret: string }) | undefined> {
  const secret = createCookieSecret();
  const started = await start(db, { kind: "cookie", secretHash: hashSecret(secret), ...owner, data });
  return started && { ...started, secret };
}

/** @param tokens The hash of the part that all refresh tokens of the session share, and the hash of the first token. */
export function startTokenSession(
  db: Database,
  owner: SessionOwner & { readonly user: object },
  tokens: { readonly secretHash: string; readonly refreshHash: string },
): Promise<StartedSession | undefined> {
  return start(db, { kind: "token", ...owner, ...tokens });
}

/** A live session. */
export interface FoundSession {
  readonly id: string;
  /** Null for a visitor. */
  readonly user: User | null;
  readonly data: SessionData;
  /** When the password was last entered, in milliseconds since the epoch; null for a visitor. */
  readonly authenticatedAt: number | null;
  /** Whether the recorded last use is old enough to call `touchSession`. */
  readonly isStale: boolean;
}

interface SessionRow extends UserRow {
  readonly sessionId: string;
  readonly data: string;
  readonly authenticatedAt: number | null;
  readonly usedAt: number;
}

/** @param by The secret of a cookie, or the session id and user id of an access token. */
export async function findSession(
  db: Database,
  by: { readonly secret: string } | { readonly sessionId: string; readonly userId: string },
): Promise<FoundSession | undefined> {
  const now = Date.now();
  const [condition, values] =
    "secret" in by
      ? ["sessions.kind = 'cookie' AND sessions.secret_hash = ?3", [hashSecret(by.secret)]]
      : ["sessions.kind = 'token' AND sessions.id = ?3 AND sessions.user_id = ?4", [by.sessionId, by.userId]];
  const row = await db
    .prepare(
      `SELECT sessions.id AS sessionId, sessions.data, sessions.authenticated_at AS authenticatedAt,
         sessions.used_at AS usedAt, ${USER_COLUMNS}
       FROM sessions LEFT JOIN users ON users.id = sessions.user_id
       WHERE sessions.expires_at > ?1 AND sessions.used_at > ?2 AND ${condition}`,
    )
    .bind(now, now - IDLE_MS, ...values)
    .first<SessionRow>();
  if (!row) return undefined;
  const user = row.id === null ? null : toUser(row);
  const { sessionId: id, authenticatedAt } = row;
  return { id, user, authenticatedAt, data: JSON.parse(row.data), isStale: now - row.usedAt > TOUCH_INTERVAL_MS };
}

/** Whether a session is live and belongs to a user. */
export async function isLiveSession(db: Database, id: string): Promise<boolean> {
  const now = Date.now();
  const row = await db
    .prepare("SELECT 1 FROM sessions WHERE id = ? AND user_id IS NOT NULL AND expires_at > ? AND used_at > ?")
    .bind(id, now, now - IDLE_MS)
    .first();
  return row !== null;
}

/** Records that a session has just been used. */
export async function touchSession(db: Database, id: string): Promise<void> {
  await db.prepare("UPDATE sessions SET used_at = ? WHERE id = ?").bind(Date.now(), id).run();
}

/** Removes the previous session of a browser at sign-in. Other ends of sessions are in `account-events.ts`. */
export async function removeSession(db: Database, id: string): Promise<void> {
  await db.prepare("DELETE FROM sessions WHERE id = ?").bind(id).run();
}

/**
 * Changes keys of a session's data in one statement, so that concurrent requests do not undo each other's changes.
 *
 * @param changes New values by key; undefined removes the key.
 */
export async function changeSessionData(
  db: Database,
  id: string,
  changes: ReadonlyMap<string, unknown>,
): Promise<void> {
  const entries = [...changes].map(([key, value]) => ({ path: `$.${JSON.stringify(key)}`, value }));
  const set = entries.filter(({ value }) => value !== undefined);
  const removed = entries.filter(({ value }) => value === undefined);
  const data = `json_remove(json_set(data${", ?, json(?)".repeat(set.length)})${", ?".repeat(removed.length)})`;
  await db
    .prepare(`UPDATE sessions SET data = ${data} WHERE id = ?`)
    .bind(...set.flatMap(({ path, value }) => [path, JSON.stringify(value)]), ...removed.map(({ path }) => path), id)
    .run();
}
