/** Lists and ends a user's sessions. */
import * as z from "zod";
import { pageOf } from "../../web/contract/bodies.ts";
import type { Database } from "../../web/platform/request-database.ts";
import { mapPage, type Page, type PageQuery } from "../../web/request/paging.ts";
import { NEWEST_ID_FIRST, readPage } from "../../web/request/read-page.ts";
import { uuid } from "../../web/request/uuid.ts";
import { describeDevice } from "./device.ts";
import { IDLE_MS } from "./sessions.ts";

/** A session as its owner sees it. */
export const sessionBody = z
  .object({
    id: uuid,
    device: z.string().describe("A description such as `Firefox on Linux`."),
    createdAt: z.iso.datetime(),
    lastUsedAt: z.iso.datetime().describe("Accurate to the minute."),
    isCurrent: z.boolean().describe("Whether the request came from this session."),
  })
  .meta({ id: "Session" });

export const sessionsBody = pageOf(sessionBody);

export type ListedSession = Omit<z.output<typeof sessionBody>, "isCurrent">;

interface ListedSessionRow {
  readonly id: string;
  readonly device: string;
  readonly createdAt: number;
  readonly usedAt: number;
}

/**
 * Lists a user's live sessions, of browsers and API clients, newest first. `expires_at > 0` makes SQLite use the index
 * without revoked sessions. A user has few other sessions.
 */
export async function listSessions(db: Database, userId: string, query: PageQuery): Promise<Page<ListedSession>> {
  const now = Date.now();
  const page = await readPage<ListedSessionRow, string>(
    db,
    query,
    NEWEST_ID_FIRST,
    ({ comparison, direction, from, limit }) =>
      db
        .prepare(
          `SELECT id, device, created_at AS createdAt, used_at AS usedAt FROM sessions
           WHERE user_id = ?1 AND id ${comparison} ?4 AND expires_at > 0 AND expires_at > ?2 AND used_at > ?3
           ORDER BY id ${direction} LIMIT ?5`,
        )
        .bind(userId, now, now - IDLE_MS, from, limit),
  );
  return mapPage(page, ({ id, device, createdAt, usedAt }) => ({
    id,
    device: describeDevice(device),
    createdAt: new Date(createdAt).toISOString(),
    lastUsedAt: new Date(usedAt).toISOString(),
  }));
}

/** @returns Whether the user had such a session. */
export async function endSessionOf(db: Database, userId: string, id: string): Promise<boolean> {
  const { meta } = await db.prepare("DELETE FROM sessions WHERE id = ? AND user_id = ?").bind(id, userId).run();
  return meta.changes > 0;
}

/** Ends a user's sessions except one. @param keptSession The id of the session that continues. */
export async function endOtherSessions(db: Database, userId: string, keptSession: string | null): Promise<void> {
  await db.prepare("DELETE FROM sessions WHERE user_id = ?1 AND id IS NOT ?2").bind(userId, keptSession).run();
}
