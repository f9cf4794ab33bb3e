/**
 * The search indexes (FTS5 tables) of a database, with their triggers. D1 cannot export a database that has search
 * indexes, so they are dropped before an export and rebuilt after it.
 */
import { setTimeout } from "node:timers/promises";
import { unstable_splitSqlQuery } from "wrangler";

/** Executes SQL as one transaction. @returns The rows of its last statement. */
export type Execute = (sql: string) => Promise<readonly Record<string, unknown>[]>;

export interface SearchIndex {
  readonly name: string;
  /** The table or view that the index gets its texts from, and the column that is the `rowid` of the index. */
  readonly content: string;
  readonly rowid: string;
  /** The statements that create the index, then its triggers. */
  readonly statements: readonly string[];
}

/**
 * A statement of a rebuild ends at the row that reaches one of these limits. D1 executes nothing else meanwhile: the
 * characters, which are those of 100 of the longest notes, take about 0.5 s. Each statement starts Wrangler, so the limit
 * on rows, for short texts, is higher.
 */
const BATCH_CHARACTERS = 2_000_000;
const BATCH_ROWS = 1_000;

/** The end of the name of an index that is being rebuilt. */
const BUILDING = "_building";

const INDEX = /^CREATE\s+VIRTUAL\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?"?(\w+)"?\s+USING\s+fts5\b/i;
const TRIGGER = /^CREATE\s+TRIGGER\s+(?:IF\s+NOT\s+EXISTS\s+)?"?(\w+)"?/i;
const DROP = /^DROP\s+(?:TABLE|TRIGGER)\s+(?:IF\s+EXISTS\s+)?"?(\w+)"?/i;

/** @param sql Migrations, in order, or statements of `sqlite_master`. @returns The indexes that exist after them. */
export function searchIndexesIn(sql: readonly string[]): SearchIndex[] {
  const indexes = new Map<string, string>();
  const triggers = new Map<string, string>();
  for (const statement of sql.flatMap(statementsOf)) {
    const index = INDEX.exec(statement)?.[1];
    const trigger = TRIGGER.exec(statement)?.[1];
    const dropped = DROP.exec(statement)?.[1] ?? "";
    if (index) indexes.set(index, statement);
    if (trigger) triggers.set(trigger, statement);
    indexes.delete(dropped);
    triggers.delete(dropped);
  }
  return [...indexes].map(([name, create]) => ({
    name,
    content: optionOf(create, "content"),
    rowid: optionOf(create, "content_rowid"),
    statements: [create, ...[...triggers.values()].filter((trigger) => namesOf(trigger).has(name))],
  }));
}

function statementsOf(sql: string): string[] {
  return unstable_splitSqlQuery(sql).map((statement) => statement.replace(/^(?:\s*--.*\n)*\s*/, ""));
}

function namesOf(sql: string): ReadonlySet<string> {
  return new Set(sql.match(/\w+/g));
}

/** @throws Error if the index lacks that option, since there are no texts to rebuild it from. */
function optionOf(create: string, option: string): string {
  const value = new RegExp(`\\b${option}\\s*=\\s*['"]?(\\w+)`, "i").exec(create)?.[1];
  if (!value) throw new Error(`This index cannot be rebuilt, since it has no option ${option}: ${create}`);
  return value;
}

/** Whether an index of this name is unfinished: a rebuild was killed, or is still running. */
export function isBuilding(name: string): boolean {
  return name.endsWith(BUILDING);
}

/** Reads the indexes of a database, unfinished ones included. */
export async function readSearchIndexes(execute: Execute): Promise<SearchIndex[]> {
  const rows = await execute("SELECT sql FROM sqlite_master WHERE type IN ('table', 'trigger') AND sql IS NOT NULL");
  return searchIndexesIn(rows.map(({ sql }) => String(sql)));
}

/** Drops the indexes of a database and their triggers. Until they are rebuilt, searches respond with 503. */
export async function dropSearchIndexes(execute: Execute): Promise<void> {
  const indexes = await readSearchIndexes(execute);
  if (indexes.length > 0) await execute(indexes.map(dropOf).join("\n"));
}

function dropOf({ name, statements }: SearchIndex): string {
  const triggers = statements.flatMap((statement) => TRIGGER.exec(statement)?.[1] ?? []);
  return [...triggers.map((trigger) => `DROP TRIGGER IF EXISTS ${trigger};`), `DROP TABLE IF EXISTS ${name};`].join(
    "\n",
  );
}

/** @param milliseconds How long the last statement took. @returns After the pause before the next one. */
export type Pause = (milliseconds: number) => Promise<void>;

/**
 * Rebuilds the missing indexes in batches; the app may write meanwhile. Each index is built under another name and
 * renamed at the end, so no search reads an incomplete one. After each batch, the rebuild pauses for as long as the batch
 * took, so D1 is free for the app at least half of the time. After a failure, run it again: it continues.
 *
 * @param indexes The indexes that the database should have. An index is skipped if its table does not exist.
 */
export async function rebuildSearchIndexes(
  execute: Execute,
  indexes: readonly SearchIndex[],
  print: (text: string) => void,
  pause: Pause = setTimeout,
): Promise<void> {
  const rows = await execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')");
  const existing = new Set(rows.map(({ name }) => String(name)));
  const missing = indexes.filter(({ name, content }) => existing.has(content) && !existing.has(name));
  for (const index of missing) {
    print(`Rebuilding ${index.name} …`);
    await rebuild(execute, index, existing, pause);
  }
  print(missing.length > 0 ? "The search indexes are complete." : "No search index is missing.");
}

async function rebuild(
  execute: Execute,
  index: SearchIndex,
  existing: ReadonlySet<string>,
  pause: Pause,
): Promise<void> {
  const { name, content, rowid, statements } = index;
  const building = `${name}${BUILDING}`;
  const rename = (sql: string) => sql.replace(new RegExp(`\\b${name}(?=\\b|_)`, "g"), building);
  const temporary = { ...index, name: building, statements: statements.map(rename) };
  const create = existing.has(building) ? "" : toScript(temporary.statements);
  const columns = await execute(`${create}SELECT name FROM pragma_table_info('${building}')`);
  const list = columns.map((column) => String(column.name)).join(", ");
  const size = columns.map((column) => `ifnull(length(${String(column.name)}), 0)`).join(" + ");
  // As text, since a JavaScript number cannot hold every rowid.
  let last = "-9223372036854775808";
  for (;;) {
    const slice = `SELECT ${rowid} FROM (
      SELECT ${rowid}, sum(size) OVER (ORDER BY ${rowid} ROWS UNBOUNDED PRECEDING) - size AS earlier FROM (
        SELECT ${rowid}, ${size} AS size FROM ${content} WHERE ${rowid} > ${last} ORDER BY ${rowid} LIMIT ${BATCH_ROWS}
      )
    ) WHERE earlier < ${BATCH_CHARACTERS}`;
    const start = performance.now();
    const [end] = await execute(`
      INSERT INTO ${building} (rowid, ${list}) SELECT ${rowid}, ${list} FROM ${content}
      WHERE ${rowid} > ${last} AND ${rowid} <= (SELECT max(${rowid}) FROM (${slice}))
        AND NOT EXISTS (SELECT 1 FROM ${building}_docsize WHERE id = ${rowid});
      SELECT CAST(max(${rowid}) AS TEXT) AS last FROM (${slice});`);
    if (typeof end?.last !== "string") break;
    last = end.last;
    await pause(performance.now() - start);
  }
  const dropTriggers = dropOf(temporary).replace(/DROP TABLE .*$/, "");
  const [, ...triggers] = statements;
  await execute(`${dropTriggers}ALTER TABLE ${building} RENAME TO ${name};\n${toScript(triggers)}`);
}

function toScript(statements: readonly string[]): string {
  return statements.map((statement) => `${statement.replace(/;?\s*$/, "")};\n`).join("");
}
