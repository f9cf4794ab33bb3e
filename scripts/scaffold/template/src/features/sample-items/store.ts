/** Sample items in D1. */
import { v7 as uuidv7 } from "uuid";
import type { Database } from "../../web/platform/request-database.ts";
import { type Page, type PageQuery, toPage } from "../../web/request/paging.ts";
import type { SampleItemInput, StoredSampleItem } from "./schema.ts";

const COLUMNS = "id, owner_id AS ownerId, title, created_at AS createdAt";

/** Lists the sample items of an owner, newest first. */
export async function listSampleItems(
  db: Database,
  ownerId: string,
  { cursor, limit }: PageQuery,
): Promise<Page<StoredSampleItem>> {
  const { results } = await db
    .prepare(
      `SELECT ${COLUMNS} FROM sample_items
       WHERE owner_id = ?1 AND (?2 IS NULL OR id < ?2) ORDER BY id DESC LIMIT ?3`,
    )
    .bind(ownerId, cursor ?? null, limit + 1)
    .all<StoredSampleItem>();
  return toPage(results, limit);
}

export function getSampleItem(db: Database, id: string): Promise<StoredSampleItem | null> {
  return db.prepare(`SELECT ${COLUMNS} FROM sample_items WHERE id = ?`).bind(id).first<StoredSampleItem>();
}

export async function createSampleItem(
  db: Database,
  ownerId: string,
  { title }: SampleItemInput,
): Promise<StoredSampleItem> {
  const created = { id: uuidv7(), ownerId, title, createdAt: new Date().toISOString() };
  await db
    .prepare("INSERT INTO sample_items (id, owner_id, title, created_at) VALUES (?, ?, ?, ?)")
    .bind(created.id, ownerId, title, created.createdAt)
    .run();
  return created;
}

/** Does nothing if the sample item no longer exists. */
export async function deleteSampleItem(db: Database, id: string): Promise<void> {
  await db.prepare("DELETE FROM sample_items WHERE id = ?").bind(id).run();
}
