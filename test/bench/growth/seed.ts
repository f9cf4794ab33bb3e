/** Inserts rows for measuring growth. */
import type { RunningWorker } from "../../integration/worker.ts";
import { type Columns, file, liveRows, note } from "./rows.ts";

type Db = Awaited<ReturnType<RunningWorker["database"]>>;

/** Inserts a user with notes and files, who is deleted later. @returns The id. */
export async function seedLargeUser(db: Db, number: number, size: number): Promise<string> {
  const kind = (0x100 + number * 4).toString(16);
  const id = `01900000-0000-7${kind}-8000-000000000000`;
  const user = liveRows({ owner: "", other: "" })[0]?.[1] ?? {};
  const email = `'large-user${number}@example.net'`;
  await insert(db, "users", { ...user, id: `'${id}'`, email }, 1, 1);
  const owner = `'${id}'`;
  const files = Math.min(size, 10_000);
  await insert(db, "notes", note(kind, owner), 1, size);
  for (const [table, columns] of file((0x101 + number * 4).toString(16), owner))
    await insert(db, table, columns, 1, files);
  return id;
}

/** Few enough that no statement takes long. */
export const ROWS_PER_STATEMENT = 2_000;

/** A common table expression with the numbers of rows in the column `i`. */
export const numbers = (from: number, to: number) =>
  `WITH RECURSIVE numbers(i) AS (SELECT ${from} UNION ALL SELECT i + 1 FROM numbers WHERE i < ${to})`;

/** Inserts the rows `from` to `to`, unless the schema lacks the table. */
export async function insert(db: Db, table: string, columns: Columns, from: number, to: number): Promise<void> {
  const { results } = await db.prepare("SELECT name FROM pragma_table_info(?)").bind(table).all<{ name: string }>();
  const names = results.map(({ name }) => name).filter((name) => columns[name] !== undefined);
  if (results.length === 0) return;
  const values = names.map((name) => columns[name]).join(", ");
  for (let first = from; first <= to; first += ROWS_PER_STATEMENT) {
    const last = Math.min(to, first + ROWS_PER_STATEMENT - 1);
    await db
      .prepare(
        `${numbers(first, last)}
         INSERT INTO ${table} (${names.join(", ")}) SELECT ${values} FROM numbers`,
      )
      .run();
  }
}
