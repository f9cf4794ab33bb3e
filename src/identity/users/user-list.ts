/** The list of users in D1: its search, its filters and their count. */
import type { Database } from "../../web/platform/request-database.ts";
import { type Count, MAX_COUNT, toCount } from "../../web/request/count.ts";
import { mapPage, type NumberedPageQuery, type Page } from "../../web/request/paging.ts";
import { type ListOrder, type PageRange, readPage } from "../../web/request/read-page.ts";
import { parseSearch, SHORT_SEARCH_ROWS } from "../../web/request/search.ts";
import type { Role, User } from "./user.ts";
import { toUser, USER_COLUMNS, type UserRow } from "./users.ts";

/** Selects users. An empty text selects all users. */
export interface UserFilter {
  /** A part of the e-mail address or the name. */
  readonly q?: string;
  readonly role?: Role | "";
  readonly emailVerified?: "true" | "false" | "";
}

export interface UserListQuery extends UserFilter, Partial<NumberedPageQuery> {
  /** Default: newest first. */
  readonly order?: "newest" | "oldest";
  readonly limit: number;
}

interface NumberedRow extends UserRow {
  readonly number: number;
}

const keyOf = ({ number }: NumberedRow) => number;

const ORDERS: Readonly<Record<"newest" | "oldest", ListOrder<NumberedRow, number>>> = {
  newest: { direction: "DESC", start: Number.MAX_SAFE_INTEGER, keyOf },
  oldest: { direction: "ASC", start: 0, keyOf },
};

/** Lists the users that a filter selects. */
export async function listUsers(db: Database, { order = "newest", ...query }: UserListQuery): Promise<Page<User>> {
  const page = await readPage(db, query, ORDERS[order], (range) => {
    const { where, texts } = matching(query, range);
    return db
      .prepare(`SELECT ${USER_COLUMNS}, number FROM users WHERE ${where} ORDER BY number ${range.direction} LIMIT ?2`)
      .bind(range.from, range.limit, ...texts);
  });
  return mapPage(page, toUser);
}

/** Counts the users that a filter selects, up to `MAX_COUNT`. */
export async function countUsers(db: Database, filter: UserFilter): Promise<Count> {
  const { numbers, texts } = matching(filter, { comparison: ">=", direction: "ASC" });
  const counted = await db
    .prepare(`SELECT count(*) AS counted FROM (${numbers})`)
    .bind(ORDERS.oldest.start, MAX_COUNT + 1, ...texts)
    .first<number>("counted");
  return toCount(counted ?? 0);
}

/** A condition for the newest users, to which a short search is limited. */
const NEWEST = `number > ifnull(
  (SELECT number FROM users WHERE number > 0 ORDER BY number DESC LIMIT 1 OFFSET ${SHORT_SEARCH_ROWS}), 0)`;

/** The codes of `facets` in the search index; see `migrations/0001_identity.sql`. */
const FACETS = { admin: '"adm"', user: '"usr"', true: '"yes"', false: '"non"' } as const;

interface Matching {
  /** A condition on `users`. */
  readonly where: string;
  /** A SELECT of only the numbers of these users. */
  readonly numbers: string;
  /** The parameters from `?3` on; `?1` is the start of the range, and `?2` is its limit. */
  readonly texts: readonly string[];
}

/** A filter is part of the search in the index, so a page reads only users that match. */
function matching(
  { q = "", role = "", emailVerified = "" }: UserFilter,
  { comparison, direction }: Pick<PageRange<number>, "comparison" | "direction">,
): Matching {
  const search = parseSearch(q);
  const facets = [role, emailVerified].flatMap((value) => (value === "" ? [] : [`facets : ${FACETS[value]}`]));
  if (search.kind === "long" || (search.kind === "all" && facets.length > 0)) {
    const phrases = search.kind === "long" ? [`{email name} : (${search.phrases.join(" OR ")})`] : [];
    // FTS5 ignores a bound of `rowid` that is not an integer.
    const numbers = `SELECT rowid FROM users_search
      WHERE users_search MATCH ?3 AND rowid ${comparison} CAST(?1 AS INTEGER) ORDER BY rowid ${direction} LIMIT ?2`;
    return { where: `number IN (${numbers})`, numbers, texts: [[...phrases, ...facets].join(" AND ")] };
  }
  const texts = search.kind === "short" ? [role, emailVerified, ...search.patterns] : [];
  const matches = texts.slice(2).map((_, index) => `email GLOB ?${index + 5} OR name GLOB ?${index + 5}`);
  const isShort = `${NEWEST} AND ?3 IN ('', role) AND ?4 IN ('', iif(email_verified, 'true', 'false'))
    AND (${matches.join(" OR ")})`;
  const where = `number ${comparison} ?1${search.kind === "short" ? ` AND ${isShort}` : ""}`;
  return { where, numbers: `SELECT number FROM users WHERE ${where} ORDER BY number ${direction} LIMIT ?2`, texts };
}
