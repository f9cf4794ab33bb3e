/** Sample items in D1. */
import { v7 as uuidv7 } from "uuid";
import type { Erasure } from "../../env.ts";
import type { Database } from "../../web/platform/request-database.ts";
import type { Page, PageQuery } from "../../web/request/paging.ts";
import { NEWEST_ID_FIRST, readPage } from "../../web/request/read-page.ts";
import type { SampleItemInput, StoredSampleItem } from "./schema.ts";

const COLUMNS = "id, owner_id AS ownerId, title, created_at AS createdAt";

/** Lists the sample items of an owner, newest first. */
export function listSampleItems(db: Database, ownerId: string, query: PageQuery): Promise<Page<StoredSampleItem>> {
  return readPage<StoredSampleItem, string>(db, query, NEWEST_ID_FIRST, ({ comparison, direction, from, limit }) =>
    db
      .prepare(
        `SELECT ${COLUMNS} FROM sample_items
         WHERE owner_id = ?1 AND id ${comparison} ?2 ORDER BY id ${direction} LIMIT ?3`,
      )
      .bind(ownerId, from, limit),
  );
}

export function getSampleItem(db: Database, id: string): Promise<StoredSampleItem | null> {
  return db.prepare(`SELECT ${COLUMNS} FROM sample_items WHERE id = ?`).bind(id).first<StoredSampleItem>();
}

/** A sample item to create. */
interface NewSampleItem extends SampleItemInput {
  /** The id of the form's submission, which creates only one item; null if the API creates the item. */
  readonly submissionId?: string | null;
}

/**
 * Creates a sample item, or reads the one that an earlier attempt created. The update changes nothing: it only makes
 * the statement return the existing row.
 */
export async function createSampleItem(
  db: Database,
  ownerId: string,
  { title, submissionId = null }: NewSampleItem,
): Promise<StoredSampleItem> {
  const created = await db
    .prepare(
      `INSERT INTO sample_items (id, owner_id, title, created_at, submission_id) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (submission_id) DO UPDATE SET title = title RETURNING ${COLUMNS}`,
    )
    .bind(uuidv7(), ownerId, title, new Date().toISOString(), submissionId)
    .first<StoredSampleItem>();
  if (!created) throw new Error("The statement returned no row");
  return created;
}

/** Does nothing if the sample item no longer exists. */
export async function deleteSampleItem(db: Database, id: string): Promise<void> {
  await db.prepare("DELETE FROM sample_items WHERE id = ?").bind(id).run();
}

/** Sample items are erased when their owner is deleted. */
export const sampleItemsOfUsers: Erasure = {
  table: "sample_items",
  key: "id",
  owner: "sample_items.owner_id = deleted_users.id",
};
