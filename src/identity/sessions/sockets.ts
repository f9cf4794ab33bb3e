/** Records in D1 which sockets users have open, which object holds each, and when its session ends. */
import type { AppLocals, Env, RequestEnv, StorageLocals } from "../../env.ts";
import { logFailure } from "../../web/app/log.ts";
import type { Database } from "../../web/platform/request-database.ts";
import { IDLE_MS } from "./sessions.ts";

/** Sockets that one user may have open at the same time. */
export const MAX_SOCKETS_PER_USER = 20;

/** The lifetime of a new row, until the object that holds the socket renews it. */
export const RESERVED_MS = 90_000;
/** The lifetime of a renewed row, and the remaining lifetime below which it is renewed again. */
const RENEWED_MS = 15 * 60_000;
const RENEWAL_DUE_MS = 8 * 60_000;

/** Waits before each further attempt to reach an object or the database, in milliseconds. They add up to 4.1 s. */
const RETRY_DELAYS_MS = [100, 1_000, 3_000];

/** A Durable Object that holds sockets open for users. */
export interface SocketHolder {
  /**
   * Closes the sockets whose sessions have ended.
   *
   * @param socketIds The sockets of a user that the database lists.
   * @returns Those of them that the object holds open.
   */
  recheckSessions(socketIds: readonly string[]): Promise<string[]>;
}

/** The bindings of objects that hold sockets; any binding in an app that has none. */
export type SocketBinding = [HolderBinding] extends [never] ? keyof Env : HolderBinding;

type HolderBinding = {
  [K in keyof Env]-?: Env[K] extends DurableObjectNamespace<infer TObject>
    ? TObject extends SocketHolder
      ? K
      : never
    : never;
}[keyof Env];

/** A socket, and the object that holds it. */
export interface UserSocket {
  readonly id: string;
  readonly userId: string;
  readonly sessionId: string;
  readonly binding: SocketBinding;
  readonly objectName: string;
}

/** Maximum open sockets of a user, in total and per object. */
export interface SocketLimits {
  readonly perUser: number;
  readonly perObject: number;
}

/**
 * Inserts the row of a socket, unless the user already has too many or the session has ended. One statement decides, so
 * the limits are exact even for concurrent handshakes. The row lapses after 90 s unless an object renews it.
 */
export async function openSocket(
  db: Database,
  { id, userId, sessionId, binding, objectName }: UserSocket,
  { perUser, perObject }: SocketLimits,
): Promise<"open" | "too many" | "session ended"> {
  const now = Date.now();
  const live = "SELECT count(*) FROM sockets WHERE user_id = ?2 AND live_until > ?7";
  const inserted = await db
    .prepare(
      `INSERT INTO sockets (id, user_id, session_id, binding, object_name, live_until)
       SELECT ?1, ?2, ?3, ?4, ?5, ?6
       WHERE (${live}) < ?8 AND (${live} AND binding = ?4 AND object_name = ?5) < ?9
         AND EXISTS (SELECT 1 FROM sessions WHERE id = ?3 AND expires_at > ?7 AND used_at > ?7 - ?10)`,
    )
    .bind(id, userId, sessionId, binding, objectName, now + RESERVED_MS, now, perUser, perObject, IDLE_MS)
    .run();
  if (inserted.meta.changes) return "open";
  const ends = await selectSessionEnds(db, [sessionId]).all<SessionEnd>();
  return (ends.results[0]?.endsAt ?? 0) > now ? "too many" : "session ended";
}

/** @returns The number of open sockets of all users. */
export async function countSockets(db: Database): Promise<number> {
  const count = db.prepare("SELECT count(*) AS count FROM sockets WHERE live_until > ?").bind(Date.now());
  return (await count.first<number>("count")) ?? 0;
}

/** Removes the rows of sockets that have closed or never opened. */
export async function closeSockets(db: Database, ids: readonly string[]): Promise<void> {
  await db.prepare("DELETE FROM sockets WHERE id IN (SELECT value FROM json_each(?))").bind(JSON.stringify(ids)).run();
}

/** Removes, after the response, the row of a socket that did not open. */
export function forgetSocket({ db, ctx }: AppLocals, id: string): void {
  ctx.waitUntil(
    closeSockets(db, [id]).catch((error) =>
      logFailure("The row of a socket that did not open could not be removed; it will expire", error),
    ),
  );
}

/**
 * Renews the rows of open sockets, inserts missing ones, and reads when the sessions end. Takes one round trip to the
 * database, and writes a row only if it lapses in less than 8 minutes. So call it at least every 7 minutes.
 *
 * @returns The ends of the sessions in milliseconds since the epoch, by session id. A missing session has ended.
 */
export async function renewSockets(db: Database, sockets: readonly UserSocket[]): Promise<ReadonlyMap<string, number>> {
  const now = Date.now();
  const renew = db
    .prepare(
      `INSERT INTO sockets (id, user_id, session_id, binding, object_name, live_until)
       SELECT value ->> 'id', value ->> 'userId', value ->> 'sessionId', value ->> 'binding', value ->> 'objectName', ?2
       FROM json_each(?1) WHERE true
       ON CONFLICT (id) DO UPDATE SET live_until = excluded.live_until WHERE live_until < ?3`,
    )
    .bind(JSON.stringify(sockets), now + RENEWED_MS, now + RENEWAL_DUE_MS);
  const sessionIds = sockets.map(({ sessionId }) => sessionId);
  const [, ends] = await db.batch<SessionEnd>([renew, selectSessionEnds(db, sessionIds)]);
  return new Map(ends?.results.map(({ id, endsAt }) => [id, endsAt]));
}

/**
 * Makes every object that holds sockets of the user close those whose sessions have ended, and removes the rows of
 * sockets that no object holds any more, such as after a restart. Call it after ending sessions, and after the response,
 * since it takes up to 4 s if an object or the database does not respond. A failure is logged: each object also checks
 * its sessions by itself.
 *
 * @param retryDelaysMs The waits before each further attempt. Repeating a check is safe.
 */
export async function recheckSockets(
  { env, db }: StorageLocals,
  userId: string,
  retryDelaysMs: readonly number[] = RETRY_DELAYS_MS,
): Promise<void> {
  try {
    const results = await retry(retryDelaysMs, () => listSockets(db, userId));
    const byObject = Map.groupBy(results, ({ binding, objectName }) => `${binding} ${objectName}`);
    const held = await Promise.all([...byObject.values()].map((rows) => recheckObject(env, rows, retryDelaysMs)));
    await removeLost(db, results, new Set(held.flat()));
  } catch (error) {
    logFailure(
      "The sockets of a user could not be looked up. Their objects will recheck the sessions by themselves",
      error,
    );
  }
}

interface SocketRow {
  readonly id: string;
  readonly binding: string;
  readonly objectName: string;
}

async function listSockets(db: Database, userId: string): Promise<SocketRow[]> {
  const select = db.prepare("SELECT id, binding, object_name AS objectName FROM sockets WHERE user_id = ?");
  return (await select.bind(userId).all<SocketRow>()).results;
}

/** @param rows All of one object. @returns The ids of the sockets that it holds; all ids if every attempt fails. */
async function recheckObject(
  env: RequestEnv,
  rows: readonly SocketRow[],
  retryDelaysMs: readonly number[],
): Promise<readonly string[]> {
  const [first] = rows;
  const namespace = first && namespaceOf(env, first.binding);
  if (!namespace) return [];
  const ids = rows.map(({ id }) => id);
  try {
    // A stub is unusable after a failed call, so each attempt gets a new one.
    return await retry(retryDelaysMs, () => namespace.get(namespace.idFromName(first.objectName)).recheckSessions(ids));
  } catch (error) {
    logFailure("An object could not be reached to recheck its sessions. It will do so by itself", error);
    return ids;
  }
}

/** Repeats a failed attempt after each of the waits. @throws The error of the last attempt. */
async function retry<T>(delaysMs: readonly number[], attempt: () => Promise<T>): Promise<T> {
  for (const ms of delaysMs) {
    try {
      return await attempt();
    } catch {
      await scheduler.wait(ms);
    }
  }
  return attempt();
}

/** Keeps rows that were never renewed until they lapse, since their handshake may be in progress. */
async function removeLost(db: Database, rows: readonly SocketRow[], held: ReadonlySet<string>): Promise<void> {
  const lost = rows.flatMap(({ id }) => (held.has(id) ? [] : [id]));
  if (lost.length === 0) return;
  const now = Date.now();
  await db
    .prepare(
      `DELETE FROM sockets WHERE id IN (SELECT value FROM json_each(?1)) AND (live_until <= ?2 OR live_until > ?3)`,
    )
    .bind(JSON.stringify(lost), now, now + RESERVED_MS)
    .run();
}

interface SessionEnd {
  readonly id: string;
  readonly endsAt: number;
}

/** Reads the earliest end of each session; use of a session may postpone it. */
function selectSessionEnds(db: Database, ids: readonly string[]): D1PreparedStatement {
  return db
    .prepare(
      `SELECT id, min(expires_at, used_at + ?2) AS endsAt FROM sessions
       WHERE id IN (SELECT value FROM json_each(?1)) AND user_id IS NOT NULL`,
    )
    .bind(JSON.stringify(ids), IDLE_MS);
}

/** A cast: the column holds only the bindings that `openSocket` was given. That of a removed feature is undefined. */
function namespaceOf(env: RequestEnv, binding: string): DurableObjectNamespace<HolderObject> | undefined {
  return (env as unknown as Partial<Record<string, DurableObjectNamespace<HolderObject>>>)[binding];
}

type HolderObject = SocketHolder & Rpc.DurableObjectBranded;
