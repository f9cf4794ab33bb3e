/** A plain model of lists that are paged in both directions, to compare real lists with. */
import { expect } from "vitest";
import type { Cursor, Page } from "../src/web/request/paging.ts";

/** A list as the model sees it. */
export interface ModelList<TItem, TKey extends string | number> {
  /** All rows, in the order of the list. */
  readonly rows: readonly TItem[];
  readonly keyOf: (row: TItem) => TKey;
  readonly direction: "ASC" | "DESC";
}

interface Listing<TItem, TKey extends string | number> {
  /** Reads a page. @param cursor Encoded. */
  readonly read: (limit: number, cursor: string | undefined) => Promise<Page<TItem>>;
  readonly decode: (cursor: string) => Cursor<TKey>;
}

/** Fails unless the page is the part of the list at the cursor and says correctly whether rows precede and follow it. */
export function expectPage<TItem, TKey extends string | number>(
  page: Page<TItem>,
  { rows, keyOf, direction }: ModelList<TItem, TKey>,
  limit: number,
  cursor: Cursor<TKey> | undefined,
): void {
  const precedes = (one: TKey, other: TKey) => (direction === "ASC" ? one < other : one > other);
  const border = cursor ? rows.filter((row) => precedes(keyOf(row), cursor.key)).length : 0;
  const isBackward = cursor?.direction === "previous";
  const [start, end] = isBackward ? [Math.max(0, border - limit), border] : [border, border + limit];
  expect({
    items: page.items,
    isLast: page.nextCursor === null,
    isFirst: page.previousCursor === null,
  }).toEqual({ items: rows.slice(start, end), isLast: end >= rows.length, isFirst: start === 0 });
}

/**
 * Goes through a list to its end and back, and compares each page with the model.
 *
 * @returns All cursors on the way.
 */
export async function walk<TItem, TKey extends string | number>(
  { read, decode }: Listing<TItem, TKey>,
  list: ModelList<TItem, TKey>,
  limit: number,
): Promise<readonly string[]> {
  const cursors: string[] = [];
  const forward: (readonly TItem[])[] = [];
  let page = await read(limit, undefined);
  expectPage(page, list, limit, undefined);
  forward.push(page.items);
  while (page.nextCursor !== null) {
    const cursor = page.nextCursor;
    page = await read(limit, cursor);
    expectPage(page, list, limit, decode(cursor));
    cursors.push(cursor);
    forward.push(page.items);
  }
  const backward = [page.items];
  while (page.previousCursor !== null) {
    const cursor = page.previousCursor;
    page = await read(limit, cursor);
    expectPage(page, list, limit, decode(cursor));
    cursors.push(cursor);
    backward.unshift(page.items);
  }
  expect(backward, "the same pages on the way back").toEqual(forward);
  return cursors;
}
