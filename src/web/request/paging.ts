/** Lists that page by an opaque cursor. */
import { Buffer } from "node:buffer";
import * as z from "zod";

/** A part of a list, and where the next part begins; null at the end. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/** The query of a list whose order is that of its ids: `limit` 1 to 100, 20 without one, and `cursor`. */
export const pageQuery = z.object({
  limit: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, "The limit is a number from 1 to 100")
    .transform(Number)
    .refine((limit) => limit <= 100, "The limit is a number from 1 to 100")
    .default(20),
  cursor: z.string().transform(decodeCursor).optional(),
});

export type PageQuery = z.output<typeof pageQuery>;

const uuid = z.uuid();

/** A cursor is opaque: it says only to us that it is the id of the last item. */
function encodeCursor(id: string): string {
  return Buffer.from(id).toString("base64url");
}

function decodeCursor(cursor: string, issues: z.RefinementCtx): string {
  const id = Buffer.from(cursor, "base64url").toString();
  if (encodeCursor(id) === cursor && uuid.safeParse(id).success) return id;
  issues.addIssue({ code: "custom", message: "The cursor is none that this list gave" });
  return z.NEVER;
}

/** The address of a part of a list, to be shared. @param cursor As the address has it. */
export function pathOfList(path: string, q: string, cursor?: string): string {
  const query = new URLSearchParams({ ...(q !== "" && { q }), ...(cursor && { cursor }) }).toString();
  return query === "" ? path : `${path}?${query}`;
}

/**
 * Cuts a page out of what a query for one item more than `limit` gave.
 *
 * @param rows Up to `limit + 1` items, in the list's order.
 */
export function toPage<T extends { readonly id: string }>(rows: readonly T[], limit: number): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: last && rows.length > limit ? encodeCursor(last.id) : null };
}
