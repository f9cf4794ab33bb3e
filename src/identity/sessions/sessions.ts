/** Sessions in D1: where somebody is signed in, with a browser's cookie or with a refresh token. */
import { v7 as uuidv7 } from "uuid";
import { createSecret, hashSecret } from "../tokens/secret.ts";
import type { User } from "../users/user.ts";
import { type Credentials, toUser, USER_COLUMNS, type UserRow } from "../users/users.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** Whatever is done with it, a session ends then. */
export const SESSION_MS = 30 * DAY_MS;
/** A session that nobody uses ends before. */
export const IDLE_MS = 7 * DAY_MS;
/** How exactly its last use is known: a write each so often. */
export const TOUCH_INTERVAL_MS = 60_000;

/** What a session holds for the pages: JSON by key. */
export type SessionData = Readonly<Record<string, unknown>>;

/** At most so many sessions of a kind; beyond them, the least recently used one ends. */
const MAX_SESSIONS = 50;

/** A session about to be started. */
interface NewSession {
  readonly kind: "cookie" | "token";
  /** Null for a visitor who has not signed in. */
  readonly user: Credentials | null;
  readonly secretHash: string;
  readonly refreshHash?: string;
  readonly device: string;
  readonly deviceId: string | null;
  readonly data?: SessionData;
}

/** What became of starting a session. */
export interface StartedSession {
  readonly id: string;
  /** Whether a session that was used less recently had to end. */
  readonly hasEvicted: boolean;
}

/**
 * Starts a session. For a user it starts only if the password has not been changed since it was checked.
 *
 * @returns Undefined where the password is another by now, or the user gone.
 */
async function start(db: D1Database, session: NewSession): Promise<StartedSession | undefined> {
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
         SELECT id FROM sessions WHERE user_id = ?1 AND kind = ?2 AND expires_at > ?3
         ORDER BY used_at DESC, id DESC LIMIT -1 OFFSET ${MAX_SESSIONS}
       ) RETURNING id`,
    )
    .bind(userId, kind, now);
  const [inserted, evicted] = await db.batch<{ id: string }>([insert, evict]);
  const id = inserted?.results[0]?.id;
  return id === undefined ? undefined : { id, hasEvicted: (evicted?.results.length ?? 0) > 0 };
}

/** What a client calls itself, cut to what a list can show. */
export function deviceOf(request: Request): string {
  return (request.headers.get("User-Agent") ?? "").slice(0, 200);
}

/** Whose session starts: a user whose password was checked, or a visitor. */
export interface SessionOwner {
  readonly user: Credentials | null;
  /** What the client calls itself. */
  readonly device: string;
  /** Of the device token that belongs to the session; null for a visitor. */
  readonly deviceId: string | null;
}

/** A cookie's secret: a part that the session keeps while it lives, which forms are bound to, and one that is renewed. */
export function createCookieSecret(kept: string = createSecret()): string {
  return `${kept}.${createSecret()}`;
}

/** The part of a cookie's secret that stays the same when the session is renewed. */
export function keptPartOf(secret: string): string {
  return secret.split(".", 1)[0] ?? "";
}

/** @returns The secret for the cookie; undefined where the password has changed meanwhile. */
export async function startCookieSession(
  db: D1Database,
  owner: SessionOwner,
  data: SessionData = {},
): Promise<(StartedSession & { readonly secret: string }) | undefined> {
  const secret = createCookieSecret();
  const started = await start(db, { kind: "cookie", secretHash: hashSecret(secret), ...owner, data });
  return started && { ...started, secret };
}

/** @param tokens The hashes of the part that all refresh tokens of the session share, and of the first token. */
export function startTokenSession(
  db: D1Database,
  owner: SessionOwner & { readonly user: object },
  tokens: { readonly secretHash: string; readonly refreshHash: string },
): Promise<StartedSession | undefined> {
  return start(db, { kind: "token", ...owner, ...tokens });
}

/** A session that is still good. */
export interface FoundSession {
  readonly id: string;
  /** Null for a visitor. */
  readonly user: User | null;
  readonly data: SessionData;
  /** When the password was last given, in milliseconds since the epoch; null for a visitor. */
  readonly authenticatedAt: number | null;
  /** Whether its last use is worth a new note, with `touchSession`. */
  readonly isStale: boolean;
}

interface SessionRow extends UserRow {
  readonly sessionId: string;
  readonly data: string;
  readonly authenticatedAt: number | null;
  readonly usedAt: number;
}

/** @param by The secret of a cookie; or the id of a token's session and of its user. */
export async function findSession(
  db: D1Database,
  by: { readonly secret: string } | { readonly sessionId: string; readonly userId: string },
): Promise<FoundSession | undefined> {
  const now = Date.now();
  const [condition, values] =
    "secret" in by
      ? ["kind = 'cookie' AND secret_hash = ?3", [hashSecret(by.secret)]]
      : ["kind = 'token' AND sessions.id = ?3 AND user_id = ?4", [by.sessionId, by.userId]];
  const row = await db
    .prepare(
      `SELECT sessions.id AS sessionId, data, authenticated_at AS authenticatedAt, used_at AS usedAt, ${USER_COLUMNS}
       FROM sessions LEFT JOIN users ON users.id = user_id
       WHERE expires_at > ?1 AND used_at > ?2 AND ${condition}`,
    )
    .bind(now, now - IDLE_MS, ...values)
    .first<SessionRow>();
  if (!row) return undefined;
  const user = row.id === null ? null : toUser(row);
  const { sessionId: id, authenticatedAt } = row;
  return { id, user, authenticatedAt, data: JSON.parse(row.data), isStale: now - row.usedAt > TOUCH_INTERVAL_MS };
}

/** Whether a user is still signed in with this session. */
export async function isLiveSession(db: D1Database, id: string): Promise<boolean> {
  const now = Date.now();
  const row = await db
    .prepare("SELECT 1 FROM sessions WHERE id = ? AND user_id IS NOT NULL AND expires_at > ? AND used_at > ?")
    .bind(id, now, now - IDLE_MS)
    .first();
  return row !== null;
}

export async function touchSession(db: D1Database, id: string): Promise<void> {
  await db.prepare("UPDATE sessions SET used_at = ? WHERE id = ?").bind(Date.now(), id).run();
}

/** Removes the session of a browser that signs in anew. The events that end a user's session are in `account-events.ts`. */
export async function removeSession(db: D1Database, id: string): Promise<void> {
  await db.prepare("DELETE FROM sessions WHERE id = ?").bind(id).run();
}

/**
 * Changes keys of a session's data, in one statement, so that of two requests at once neither undoes the other's.
 *
 * @param changes Undefined removes the key.
 */
export async function changeSessionData(
  db: D1Database,
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
