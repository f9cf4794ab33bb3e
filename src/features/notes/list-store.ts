/** Lists, searches and exports notes by their positions. */
import { readUsage } from "../../limits/quotas.ts";
import type { Database } from "../../web/platform/request-database.ts";
import { type Count, MAX_COUNT, toCount } from "../../web/request/count.ts";
import { mapPage, type Page } from "../../web/request/paging.ts";
import { type ListOrder, type PageRange, readPage } from "../../web/request/read-page.ts";
import { parseSearch, SHORT_SEARCH_ROWS, type TextSearch } from "../../web/request/search.ts";
import { NOTES_QUOTA } from "./quotas.ts";
import type { NotesQuery, StoredNote } from "./schema.ts";
import { NOTE_COLUMNS } from "./store.ts";

interface PlacedNote extends StoredNote {
  readonly place: number;
}

const COLUMNS = `${NOTE_COLUMNS}, position & 268435455 AS place`;

/**
 * The range of positions of the owner `?1`, excluding both ends, and the owner's mark in the search index.
 *
 * All arithmetic on positions is in SQL, and a cursor contains only the place, which is the lower 28 bits (see
 * `migrations/0003_notes.sql`).
 *
 * D1 binds numbers as floating-point values. Bitwise operators convert them to integers. This is essential: FTS5
 * ignores a bound of `rowid` that is not an integer, and would read the notes of other users.
 */
const OWNER = `(
  SELECT number << 28 AS start, (number + 1) << 28 AS stop,
    char(983040 | ((number >> 24) & 4095), 983040 | ((number >> 12) & 4095), 983040 | (number & 4095)) AS mark
  FROM users WHERE id = ?1
) AS owner`;

/** Places count down, so ascending positions are newest first. */
const NEWEST_FIRST: ListOrder<PlacedNote, number> = { direction: "ASC", start: 0, keyOf: ({ place }) => place };

/** Lists the notes of an owner that contain `q`, newest first. */
export async function listNotes(
  db: Database,
  ownerId: string,
  { q, ...query }: Omit<NotesQuery, "cursor"> & Partial<NotesQuery>,
): Promise<Page<StoredNote>> {
  const search = parseSearch(q);
  const page = await readPage(db, query, NEWEST_FIRST, (range) =>
    db
      .prepare(`SELECT ${COLUMNS} FROM ${matching(search, range)} ORDER BY position ${range.direction} LIMIT ?3`)
      .bind(ownerId, range.from, range.limit, ...textsOf(search)),
  );
  return mapPage(page, ({ place, ...note }) => note);
}

/** Counts the notes of an owner that contain `q`: all notes by the quota's counter, matching ones up to `MAX_COUNT`. */
export async function countNotes(db: Database, ownerId: string, q: string): Promise<Count> {
  const search = parseSearch(q);
  if (search.kind === "all") {
    const [count] = await readUsage(db, ownerId, [NOTES_QUOTA]);
    return { count, isMore: false };
  }
  const counted = await db
    .prepare(`SELECT count(*) AS counted FROM (${positions(search, { comparison: ">=", direction: "ASC" })})`)
    .bind(ownerId, NEWEST_FIRST.start, MAX_COUNT + 1, ...textsOf(search))
    .first<number>("counted");
  return toCount(counted ?? 0);
}

/** The parameters of a search, from `?4` on. */
function textsOf(search: TextSearch): readonly string[] {
  if (search.kind === "short") return search.patterns;
  return search.kind === "long" ? search.phrases : [];
}

/** The position at which a short search ends. */
const SHORT_STOP = `ifnull(
  (SELECT position FROM notes WHERE owner_id = ?1 ORDER BY position LIMIT 1 OFFSET ${SHORT_SEARCH_ROWS}), stop)`;

/** The side of the border `?2` that a page shows. The other bound keeps any `?2` within the range of the owner. */
function side(key: string, { comparison, direction }: Range, stop = "stop"): string {
  return direction === "ASC"
    ? `${key} ${comparison} (start | ?2) AND ${key} < ${stop}`
    : `${key} > start AND ${key} ${comparison} min(start | ?2, ${stop})`;
}

type Range = Pick<PageRange<number>, "comparison" | "direction">;

/** The rows of a search: a table with a condition. */
function matching(search: TextSearch, range: Range): string {
  switch (search.kind) {
    case "all":
      return `${OWNER} CROSS JOIN notes WHERE ${side("position", range)}`;
    case "short": {
      const matches = parametersOf(search).map((pattern) => `title GLOB ${pattern} OR body GLOB ${pattern}`);
      return `${OWNER} CROSS JOIN notes WHERE ${side("position", range, SHORT_STOP)} AND (${matches.join(" OR ")})`;
    }
    case "long":
      return `notes WHERE position IN (${positions(search, range)})`;
  }
}

/** A SELECT of only the positions of these rows, up to the limit `?3`. */
function positions(search: TextSearch, range: Range): string {
  if (search.kind !== "long") {
    return `SELECT position FROM ${matching(search, range)} ORDER BY position ${range.direction} LIMIT ?3`;
  }
  return `SELECT notes_search.rowid FROM ${OWNER} CROSS JOIN notes_search
    WHERE notes_search MATCH ${parametersOf(search).map(near).join(" || ' OR ' || ")}
      AND ${side("notes_search.rowid", range)}
    ORDER BY notes_search.rowid ${range.direction} LIMIT ?3`;
}

function parametersOf(search: TextSearch): readonly string[] {
  return textsOf(search).map((_, index) => `?${index + 4}`);
}

/** More tokens than a note has. */
const ANY_DISTANCE = 30_000;

/** The phrase together with the mark, so that FTS5 skips the notes of other owners. */
function near(phrase: string): string {
  return `'NEAR("' || mark || '" ' || ${phrase} || ', ${ANY_DISTANCE})'`;
}

const BATCH = 100;

/** Yields every note of an owner, oldest first, reading the next batch only when the consumer needs it. */
export async function* eachNote(db: Database, ownerId: string): AsyncGenerator<StoredNote, void, undefined> {
  const next = db.prepare(
    `SELECT ${COLUMNS} FROM ${OWNER} CROSS JOIN notes
     WHERE position > start AND position <= (start | ?2) ORDER BY position DESC LIMIT ${BATCH}`,
  );
  let place = 2 ** 28 - 1;
  for (;;) {
    const { results } = await next.bind(ownerId, place).all<PlacedNote>();
    yield* results;
    if (results.length < BATCH) return;
    place = (results.at(-1)?.place ?? place) - 1;
  }
}
