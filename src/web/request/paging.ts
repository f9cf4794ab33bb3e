/** Lists that are paged by an opaque cursor. */
import { Buffer } from "node:buffer";
import * as z from "zod";
import { uuid } from "./uuid.ts";

/** A page of a list, and the cursor of the next page; null for the last page. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/** The query of a list that is ordered by id: `limit` (1 to 100, by default 20) and `cursor`. */
export const pageQuery = z.object({
  limit: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, "The limit must be a number from 1 to 100")
    .transform(Number)
    .refine((limit) => limit <= 100, "The limit must be a number from 1 to 100")
    .default(20)
    .describe("The maximum number of items on the page, from 1 to 100. Default: 20."),
  cursor: z.string().transform(decodeCursor).optional().describe("The `nextCursor` of the previous page."),
});

export type PageQuery = z.output<typeof pageQuery>;

/** Encodes the id of the last item, so that clients treat the cursor as opaque. */
function encodeCursor(id: string): string {
  return Buffer.from(id).toString("base64url");
}

function decodeCursor(cursor: string, issues: z.RefinementCtx): string {
  const id = Buffer.from(cursor, "base64url").toString();
  if (encodeCursor(id) === cursor && uuid.safeParse(id).data === id) return id;
  issues.addIssue({ code: "custom", message: "The cursor is invalid. Use the nextCursor of an earlier page" });
  return z.NEVER;
}

/** The address of a page of a list. @param cursor Encoded, as in the query. */
export function pathOfList(path: string, q: string, cursor?: string): string {
  const query = new URLSearchParams({ ...(q !== "" && { q }), ...(cursor && { cursor }) }).toString();
  return query === "" ? path : `${path}?${query}`;
}

/**
 * Makes a page from the rows of a query for `limit + 1` items.
 *
 * @param rows Up to `limit + 1` items, in the list's order.
 */
export function toPage<T extends { readonly id: string }>(rows: readonly T[], limit: number): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: last && rows.length > limit ? encodeCursor(last.id) : null };
}
