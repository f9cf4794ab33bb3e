/** Reads a page of a list from the database, and whether there are rows before and after it. */
import type { Database } from "../platform/request-database.ts";
import { type Cursor, encodeCursor, type Page } from "./paging.ts";

/** The order of a list. */
export interface ListOrder<TRow, TKey extends string | number> {
  readonly direction: "ASC" | "DESC";
  /** A key that no row precedes. */
  readonly start: TKey;
  readonly keyOf: (row: TRow) => TKey;
}

/** The order of a list whose ids are UUIDv7, newest first. */
export const NEWEST_ID_FIRST: ListOrder<{ readonly id: string }, string> = {
  direction: "DESC",
  start: "~",
  keyOf: ({ id }) => id,
};

/** The rows that a statement of `readPage` selects. `comparison` and `direction` are SQL; bind the others. */
export interface PageRange<TKey extends string | number> {
  /** How the keys of the rows compare with `from`. */
  readonly comparison: "<" | "<=" | ">" | ">=";
  /** The direction of `ORDER BY`. */
  readonly direction: "ASC" | "DESC";
  readonly from: TKey;
  readonly limit: number;
}

/**
 * Reads a page: up to `limit` rows on one side of the cursor, and on the other side one row, if there is any. Both
 * statements are one batch. Since a cursor is a border and not a row, the pages before and after it stay the same
 * while rows are added and deleted elsewhere.
 *
 * @param select Makes a statement for a range of the list.
 *
 * @example
 * readPage(db, query, NEWEST_ID_FIRST, ({ comparison, direction, from, limit }) =>
 *   db.prepare(`SELECT id FROM files WHERE id ${comparison} ?1 ORDER BY id ${direction} LIMIT ?2`).bind(from, limit));
 */
export async function readPage<TRow, TKey extends string | number>(
  db: Database,
  { cursor, limit }: { readonly cursor?: Cursor<TKey> | undefined; readonly limit: number },
  { direction, start, keyOf }: ListOrder<TRow, TKey>,
  select: (range: PageRange<TKey>) => D1PreparedStatement,
): Promise<Page<TRow>> {
  const isAscending = direction === "ASC";
  const following = (from: TKey, count: number) =>
    select({ comparison: isAscending ? ">=" : "<=", direction, from, limit: count });
  const preceding = (from: TKey, count: number) =>
    select({ comparison: isAscending ? "<" : ">", direction: isAscending ? "DESC" : "ASC", from, limit: count });
  const next = (key: TKey) => encodeCursor({ direction: "next", key });
  const previous = (key: TKey) => encodeCursor({ direction: "previous", key });

  if (cursor === undefined || cursor.direction === "next") {
    const rows = following(cursor?.key ?? start, limit + 1);
    const [found, others] = await (cursor ? db.batch<TRow>([rows, preceding(cursor.key, 1)]) : allOf<TRow>(rows));
    const [items, extra] = [found?.results.slice(0, limit) ?? [], found?.results[limit]];
    return {
      items,
      nextCursor: extra === undefined ? null : next(keyOf(extra)),
      previousCursor: cursor && others?.results.length ? previous(cursor.key) : null,
    };
  }
  const { key } = cursor;
  const [found, others] = await db.batch<TRow>([preceding(key, limit + 1), following(key, 1)]);
  const items = found?.results.slice(0, limit).reverse() ?? [];
  const hasMore = (found?.results.length ?? 0) > limit;
  return {
    items,
    nextCursor: others?.results.length ? next(key) : null,
    previousCursor: hasMore && items[0] ? previous(keyOf(items[0])) : null,
  };
}

async function allOf<TRow>(statement: D1PreparedStatement): Promise<readonly D1Result<TRow>[]> {
  return [await statement.all<TRow>()];
}
