/** Lists that are paged in both directions by opaque cursors. */
import { Buffer } from "node:buffer";
import * as z from "zod";
import { uuid } from "./uuid.ts";

/** A page of a list, and the cursors of its neighbours. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Null if no row follows. */
  readonly nextCursor: string | null;
  /** Null if no row precedes, as on the first page. */
  readonly previousCursor: string | null;
}

/** A border between two rows of a list, and the side of it that a page shows. */
export interface Cursor<TKey extends string | number> {
  readonly direction: "next" | "previous";
  /** The key of the first row after the border. That row may have been deleted since. */
  readonly key: TKey;
}

const CURSOR = "The `nextCursor` or the `previousCursor` of another page. Default: the first page.";

const DEFAULT_LIMIT = 20;

/** The query of a list that is ordered by id: `limit` (1 to 100, by default 20) and `cursor`. */
export const pageQuery = z.object({
  limit: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, "The limit must be a number from 1 to 100")
    .transform(Number)
    .refine((limit) => limit <= 100, "The limit must be a number from 1 to 100")
    .default(DEFAULT_LIMIT)
    .describe("The maximum number of items on the page, from 1 to 100. Default: 20."),
  cursor: z
    .string()
    .transform(decoder((key) => (uuid.safeParse(key).data === key ? key : undefined)))
    .optional()
    .describe(CURSOR),
});

export type PageQuery = z.output<typeof pageQuery>;

/** The query of a list that is ordered by a number. */
export const numberedPageQuery = pageQuery.extend({
  cursor: z
    .string()
    .transform(decoder((key) => (/^(?:0|[1-9]\d{0,14})$/.test(key) ? Number(key) : undefined)))
    .optional()
    .describe(CURSOR),
});

export type NumberedPageQuery = z.output<typeof numberedPageQuery>;

/** Clients treat the result as opaque. */
export function encodeCursor<TKey extends string | number>({ direction, key }: Cursor<TKey>): string {
  return Buffer.from(`${direction}:${key}`).toString("base64url");
}

function decoder<TKey extends string | number>(parseKey: (text: string) => TKey | undefined) {
  return (cursor: string, issues: z.RefinementCtx): Cursor<TKey> => {
    const [, direction, text = ""] = /^(next|previous):(.*)$/.exec(Buffer.from(cursor, "base64url").toString()) ?? [];
    const key = parseKey(text);
    if (key !== undefined && (direction === "next" || direction === "previous")) {
      const decoded = { direction, key } as const;
      if (encodeCursor(decoded) === cursor) return decoded;
    }
    issues.addIssue({
      code: "custom",
      message: "The cursor is invalid. Use the nextCursor or the previousCursor of another page",
    });
    return z.NEVER;
  };
}

/** The parameters in the address of a list, which its links keep. */
export interface ListParameters extends Readonly<Record<string, string | undefined>> {
  /** From `limitParameter`. */
  readonly limit: string | undefined;
}

/** The limit as a parameter of an address; undefined for the default. */
export function limitParameter({ limit }: Pick<PageQuery, "limit">): string | undefined {
  return limit === DEFAULT_LIMIT ? undefined : `${limit}`;
}

/** The address of a page of a list. @param query Encoded, as clients send it. Empty values are left out. */
export function pathOfList(path: string, query: Readonly<Record<string, string | null | undefined>>): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value ? [[name, value]] : []));
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`;
}

/** Maps the items of a page. */
export function mapPage<T, U>({ items, ...cursors }: Page<T>, toItem: (item: T) => U): Page<U> {
  return { items: items.map((item) => toItem(item)), ...cursors };
}
